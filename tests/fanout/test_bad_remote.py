"""A remote that holds what it should not, or can't be used."""

import os
import shutil
from pathlib import Path

import pytest
from clones import Clone

from fanout import quick, zoo

pytestmark = pytest.mark.long
UNIT = ("python", "-m", "litemill", "unit", "--push")


def poison(remote: Path, *, listings: bool) -> list[Path]:
    """Put something else under the names of files or of folders' listings, and give them."""
    found = [path for path in (remote / "files").rglob("*") if path.is_file() and (path.suffix == ".dir") == listings]
    for path in found:
        path.chmod(0o644)
        path.write_bytes(b"[]" if listings else b"something else")
    return found


@pytest.fixture(scope="module")
def unit_built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a unit that was built, in a folder with its remote, which it names by a relative path."""
    folder = tmp_path_factory.mktemp("built")
    origin = quick.make(folder / "origin", "../../remote")
    zoo.run(origin.root, *UNIT, "sources.all", QUICK_RAN=str(folder / "ran"))
    return folder


@pytest.fixture
def origin(unit_built: Path, tmp_path: Path) -> Clone:
    """A copy of these in the test's folder."""
    shutil.copytree(unit_built, tmp_path, symlinks=True, dirs_exist_ok=True)
    return Clone(tmp_path / "origin")


@pytest.mark.parametrize("listings", [False, True], ids=["files", "listings"])
@pytest.mark.parametrize("locked", [False, True], ids=["without a lock", "with one"])
def test_poisoned_objects_are_refused_built_anew_and_replaced(
    *, listings: bool, locked: bool, origin: Clone, tmp_path: Path
) -> None:
    remote, good = tmp_path / "remote", zoo.made(origin)
    if locked:
        zoo.commit(origin.root)
    poisoned = poison(remote, listings=listings)
    assert poisoned
    for name in ("one", "two"):
        zoo.run(tmp_path, "git", "clone", "--quiet", str(origin.root), name)
    ran = tmp_path / "ran"
    told = zoo.run(tmp_path / "one", *UNIT, "sources.all", QUICK_RAN=str(ran))
    assert zoo.made(Clone(tmp_path / "one")) == good
    assert "dropped from the remote" in told
    assert not [path for path in poisoned if path.read_bytes() in {b"[]", b"something else"}]
    before = ran.read_text()
    zoo.run(tmp_path / "two", *UNIT, "sources.all", QUICK_RAN=str(ran))
    assert ran.read_text() == before
    assert zoo.made(Clone(tmp_path / "two")) == good


def test_a_remote_whose_objects_nobody_checks_is_refused(tmp_path: Path) -> None:
    origin = quick.make(tmp_path / "origin", str(tmp_path / "remote"), verify=False)
    done = zoo.attempt(origin.root, *UNIT, "sources.all")
    assert done.returncode == 1
    assert done.stderr == (
        "error: .dvc/config: remote shared: objects are not held against their hashes "
        "-> run: dvc remote modify shared verify true\n"
    )


def test_clocks_that_differ_by_days_do_not_matter(origin: Clone, tmp_path: Path) -> None:
    remote, ran = tmp_path / "remote", tmp_path / "ran"
    zoo.run(tmp_path, "git", "clone", "--quiet", str(origin.root), "other")
    before = ran.read_text()
    for days, path in enumerate(sorted(remote.rglob("*"))):
        os.utime(path, (0, path.stat().st_mtime + (days % 5 - 2) * 86400))
    zoo.run(tmp_path / "other", *UNIT, "sources.all", QUICK_RAN=str(ran))
    assert ran.read_text() == before
