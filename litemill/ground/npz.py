"""Arrays in `.npz` files: the same arrays are the same bytes."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from litemill.ground.errors import LitemillError
from litemill.ground.io import replacing

Arrays = dict[str, npt.NDArray[np.generic]]


def write(path: Path, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
    """Write named arrays as one .npz; the same arrays give the same bytes."""
    with replacing(path) as new, new.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **{name: arrays[name] for name in sorted(arrays)})


def read(path: Path) -> Arrays:
    """Read what `write` wrote."""
    try:
        with path.open("rb") as stream, np.lib.npyio.NpzFile(stream, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise LitemillError(
            f"{path}: is no archive of arrays", got=error, remedy="remove it, then run: dvc repro"
        ) from None
