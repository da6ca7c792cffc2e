"""Files that are whole or not there, arrays in files, and templates."""

import errno
import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import jinja2
import numpy as np
import numpy.typing as npt

from litemill.ground.errors import FULL, LitemillError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write a file or a folder to; it takes `path`'s place on success.

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


Arrays = dict[str, npt.NDArray[np.generic]]


def write_arrays(path: Path, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
    """Write named arrays as one .npz; the same arrays give the same bytes."""
    with replacing(path) as new, new.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **{name: arrays[name] for name in sorted(arrays)})


def read_arrays(path: Path) -> Arrays:
    """Read what `write` wrote."""
    try:
        with path.open("rb") as stream, np.lib.npyio.NpzFile(stream, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise LitemillError(
            f"{path}: is no archive of arrays", got=error, remedy="remove it, then run: dvc repro"
        ) from None


def template(package: str, name: str, **filters: Callable[..., object]) -> jinja2.Template:
    """Give a template of a package; what ends in `.html.j2` is escaped, Markdown, style and script are not."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(package), undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
        autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",)),
    )  # fmt: skip
    environment.filters |= filters
    return environment.get_template(name)
