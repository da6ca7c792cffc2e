"""Files that are whole or not there."""

import hashlib
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from litemill.ground import errors, io

ROOT = Path(__file__).parents[2]
# a limit on the size of files stands for the full disk: the write fails in its midst all the same
FULL = """
import resource, sys
from pathlib import Path
from litemill.ground import command, io
{imports}

def full() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    {write}

command.run(full)
"""


def listing(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_file_is_written_whole_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "a/b/c.bin"
    io.write(path, b"data")
    assert listing(path.parent) == {"c.bin": b"data"}


def test_what_is_written_is_as_readable_as_any_other_file(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    io.write(tmp_path / "written", b"")
    assert (tmp_path / "written").stat().st_mode == plain.stat().st_mode


def test_nothing_is_at_its_place_before_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    with io.replacing(path) as new:
        new.write_bytes(b"data")
        assert not path.exists()
        assert new.parent.parent == path.parent  # on the same disk, so that a rename is enough
    assert listing(tmp_path) == {"a.bin": b"data"}


@pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt])
def test_an_error_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def fail() -> None:
        with io.replacing(path) as new:
            new.write_bytes(b"half")
            raise error

    with pytest.raises(error):
        fail()
    assert listing(tmp_path) == {"a.bin": b"old"}


def test_a_folder_takes_the_place_of_another(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    for number in range(2):
        with io.replacing(path) as new:
            new.mkdir()
            (new / f"{number}.txt").write_text("text")
    assert [one.name for one in path.iterdir()] == ["1.txt"]
    assert [one.name for one in tmp_path.iterdir()] == ["folder"]


def test_an_error_leaves_the_old_folder(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    path.mkdir()
    (path / "old.txt").touch()

    def nothing_written() -> None:
        with io.replacing(path):
            pass

    with pytest.raises(FileNotFoundError):
        nothing_written()
    assert [one.name for one in tmp_path.rglob("*")] == ["folder", "old.txt"]


def test_a_link_is_replaced_and_what_it_points_to_is_kept(tmp_path: Path) -> None:
    cached = tmp_path / "cached"
    cached.mkdir()
    (cached / "kept.txt").touch()
    (tmp_path / "cached.bin").write_bytes(b"kept")
    (tmp_path / "folder").symlink_to(cached)
    (tmp_path / "file").symlink_to(tmp_path / "cached.bin")
    io.write(tmp_path / "file", b"new")
    with io.replacing(tmp_path / "folder") as new:
        new.mkdir()
    assert ((tmp_path / "cached.bin").read_bytes(), (tmp_path / "file").read_bytes()) == (b"kept", b"new")
    assert [one.name for one in cached.iterdir()] == ["kept.txt"]
    assert list((tmp_path / "folder").iterdir()) == []


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit on the size of files here")
@pytest.mark.parametrize(
    ("imports", "write"),
    [
        ("", "io.write(Path('a.png'), bytes(200_000))"),
        (
            "import numpy as np; from litemill.ground import npz",
            "npz.write(Path('a.png'), {'a': np.zeros(200_000)})",
        ),
        (
            "import numpy as np; from litemill.tasks import images",
            "images.write(Path('a.png'), np.random.default_rng(0).integers(0, 255, (300, 300, 3), np.uint8))",
        ),
    ],
)
def test_a_disk_that_fills_up_is_an_error_of_one_line_and_the_old_file_stays(
    tmp_path: Path, imports: str, write: str
) -> None:
    (tmp_path / "a.png").write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-c", FULL.format(imports=imports, write=write)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: a.png: File too large")
    assert done.stderr.count("\n") == 1
    assert listing(tmp_path) == {"a.png": b"old"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("write", [
    lambda full: full.write_bytes(b"new"),
    lambda full: shutil.copyfile(__file__, full),
])  # fmt: skip
def test_a_full_disk_is_told_with_the_file_that_was_to_be_written(tmp_path: Path, write: Callable[[Path], Any]) -> None:
    path = tmp_path / "a.bin"
    with pytest.raises(OSError, match="No space left") as caught, io.replacing(path):
        write(Path("/dev/full"))
    assert str(errors.from_os(caught.value)).startswith(f"{path}: no space left on the disk -> free some space there")
    assert listing(tmp_path) == {}


def test_a_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"abc" * 100_000)
    assert io.sha256(path) == hashlib.sha256(b"abc" * 100_000).hexdigest()
