"""Files that are whole or not there."""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from litemill.ground.errors import FULL


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Return a path beside `path` to write a file or a folder to; it takes `path`'s place on success.

    On an error nothing of it stays, and what stood at `path` is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    new = scratch / path.name
    try:
        with written(path):
            yield new
        old = scratch / "old"
        if path.is_dir():
            path.rename(old)
        try:
            new.replace(path)
        except OSError:
            if old.exists():
                old.rename(path)
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def written(path: Path) -> Iterator[None]:
    """Name `path` in the error of a full disk: the system names no file, or the one that is copied."""
    try:
        yield
    except OSError as error:
        if error.errno in (*FULL, errno.EFBIG):
            error.filename = str(path)
        raise


def write(path: Path, data: bytes) -> None:
    """Write `data` to `path`, whole or not at all."""
    with replacing(path) as new, new.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
