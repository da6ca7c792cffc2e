"""What `make` installs is what the locks name, whatever an index offers besides; all or, in one line, nothing."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_index import Index, served

REPOSITORY = Path(__file__).parents[1]
LIMIT = 300  # seconds


class Checkout:
    """A folder with the Makefile's rule, two small locks and an index that has newer wheels than they name."""

    def __init__(self, root: Path, index: Index) -> None:
        self.root, self.index = root, index
        (root / "tools").mkdir(parents=True)
        for file in ("Makefile", "tools/install.sh"):
            shutil.copy(REPOSITORY / file, root / file)
        for version in ("1.0", "2.0"):  # in this order: what was made last is not by chance what is taken
            quick = index.add("quick", version)
            helper = index.add("helper", version, 'quick>=1; extra == "fast"', extra="fast")
            base = index.add("base", version, "helper[fast]>=1")
            tester = index.add("tester", version, "base>=1")
            if version == "1.0":
                self.locked = {"quick": quick, "helper": helper, "base": base}
                self.tester = tester
        self.lock(**self.locked)
        (root / "requirements-dev.lock").write_text(self.tester)

    def lock(self, **lines: str) -> None:
        (self.root / "requirements.lock").write_text("# made by a test\n" + "".join(lines.values()))

    def start(self, target: str = ".venv/installed", **env: str) -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "MAKE"))}
        own = {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": self.index.address,
            "PIP_CACHE_DIR": str(self.root / "pip"),
            "UV_CACHE_DIR": str(self.root / "uv"),
            "NO_PROXY": "127.0.0.1",
            "PYTHON": sys.executable,
        }
        return subprocess.Popen(
            ["make", "--silent", target], cwd=self.root, env=kept | own | env, text=True, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def make(self, target: str = ".venv/installed", **env: str) -> list[str]:
        """Make what can be made; give the lines that are printed."""
        with self.start(target, **env) as process:
            out, err = process.communicate(timeout=LIMIT)
        assert process.returncode == 0, out + err
        return (out + err).splitlines()

    def refused(self, target: str = ".venv/installed") -> str:
        """Make what can't be made; give the one line of the error."""
        with self.start(target) as process:
            _, err = process.communicate(timeout=LIMIT)
        [line] = [each for each in err.splitlines() if not each.startswith("make: ***")]
        assert process.returncode != 0
        assert line.startswith("error: ")
        assert " -> " in line
        assert not list((self.root / ".venv").glob("installed*"))
        return line

    def installed(self) -> dict[str, str]:
        """Return the versions of the packages, but for those of Python's own."""
        found = (self.root / ".venv").glob("lib/*/site-packages/*.dist-info")
        return {name: version for name, _, version in (each.stem.partition("-") for each in found)}

    def installers(self) -> set[str]:
        """Return what installed the packages."""
        files = (self.root / ".venv").glob("lib/*/site-packages/base-*.dist-info/INSTALLER")
        return {file.read_text().strip() for file in files}


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    with served(tmp_path / "index") as index:
        yield Checkout(tmp_path / "checkout", index)


def ours(checkout: Checkout) -> dict[str, str]:
    return {name: version for name, version in checkout.installed().items() if name not in {"pip", "setuptools", "uv"}}


def other_hash(line: str) -> str:
    return re.sub("sha256:.*", f"sha256:{64 * '0'}", line)


def age(*files: Path) -> None:
    """Make files older than all others."""
    for file in files:
        os.utime(file, (0, 0))


def with_uv(checkout: Checkout) -> None:
    """Have the first lock bring uv, as ours does."""
    uv = Path(sys.prefix) / "bin/uv"
    checkout.lock(**checkout.locked, uv=checkout.index.add("uv", "0.1", script=uv.read_bytes()))


LOCKED = {"quick": "1.0", "helper": "1.0", "base": "1.0"}


def test_pip_installs_the_locks_versions_where_the_index_has_newer_ones_of_what_is_asked_for_with_extras(
    checkout: Checkout,
) -> None:
    [line] = checkout.make()
    assert line == "installing 3 packages, about 3.0 GB, into .venv (once)"
    assert ours(checkout) == LOCKED
    assert checkout.installers() == {"pip"}
    assert (checkout.root / ".venv/installed").read_bytes() == (checkout.root / "requirements.lock").read_bytes()
    address = checkout.index.address.encode()
    kept = [file for file in (checkout.root / ".venv").rglob("*") if file.is_file() and not file.is_symlink()]
    assert not [file for file in kept if address in file.read_bytes()]


def test_uv_does_so_from_the_index_that_pip_is_configured_for(checkout: Checkout) -> None:
    with_uv(checkout)
    assert len(checkout.make()) == 1
    assert ours(checkout) == LOCKED
    assert checkout.installers() == {"uv"}


def test_pip_does_what_uv_cannot_do(checkout: Checkout) -> None:
    with_uv(checkout)
    assert len(checkout.make(UV_OFFLINE="1")) == 1
    assert ours(checkout) == LOCKED
    assert checkout.installers() == {"pip"}


def test_a_file_with_another_hash_than_the_locks_is_refused_in_one_line_by_uv_and_pip(checkout: Checkout) -> None:
    checkout.locked["quick"] = other_hash(checkout.locked["quick"])
    with_uv(checkout)
    line = checkout.refused()
    assert "quick==1.0" in line
    assert "HASHES" in line
    assert "quick" not in ours(checkout)


def test_a_lock_that_lacks_a_package_is_refused_in_one_line(checkout: Checkout) -> None:
    del checkout.locked["helper"]
    checkout.lock(**checkout.locked)
    assert "base 1.0 requires helper, which is not installed" in checkout.refused()


def test_the_second_lock_is_added_and_one_that_fails_leaves_no_stamp(checkout: Checkout) -> None:
    assert len(checkout.make(".venv/installed-dev")) == 2
    assert ours(checkout) == LOCKED | {"tester": "1.0"}
    assert checkout.make(".venv/installed-dev") == []
    (checkout.root / "requirements-dev.lock").write_text(other_hash(checkout.tester))
    assert "tester==1.0" in checkout.refused(".venv/installed-dev")


def test_a_lock_that_is_only_newer_installs_nothing_and_one_that_names_less_removes_the_rest(
    checkout: Checkout,
) -> None:
    stamp, stray = checkout.root / ".venv/installed", checkout.root / ".venv/stray"
    checkout.make()
    stray.touch()
    age(stamp)
    assert checkout.make() == []
    checkout.lock(quick=checkout.locked["quick"])
    age(stamp)
    assert len(checkout.make()) == 1
    assert ours(checkout) == {"quick": "1.0"}
    assert not stray.exists()


def test_an_install_that_was_killed_is_done_anew(checkout: Checkout) -> None:
    with_uv(checkout)
    checkout.index.slow = "base-1.0"
    with checkout.start() as process:
        assert checkout.index.asked.wait(LIMIT)
        os.killpg(process.pid, signal.SIGKILL)
    assert not (checkout.root / ".venv/installed").exists()
    half = checkout.root / ".venv/half"  # what the killed one left
    half.touch()
    checkout.index.slow = ""
    checkout.index.go.set()
    assert len(checkout.make()) == 1
    assert ours(checkout) == LOCKED
    assert not half.exists()
