"""The settings as a stage reads them: from the files that its `deps` name, a file a setting, and no others.

The stage `plan` writes them from `params.yaml`, which it checks whole (`litemill.dvc.settings_files`).
"""

from pathlib import Path
from typing import TypeVar

import msgspec

from litemill.ground import project
from litemill.ground.errors import SettingsError, in_checkout
from litemill.settings import reader

T = TypeVar("T")


def path(name: str) -> Path:
    """Return the file of a setting, such as `benchmark` or `networks.NAME`."""
    return project.PIECES / f"{name}.json"


def read(name: str, shape: type[T]) -> T:
    """Return a setting, its defaults where `params.yaml` leaves it out; SettingsError where there is none of the name.

    Parameters
    ----------
    name
        A key of `params.yaml`; `networks.NAME`, `recipes.NAME`; or `built_with.NAME`, a network's recipes by name.
    shape
        The type that the setting has.
    """
    found = data(name)
    try:
        if found.strip() == b"null":
            return shape()
        return msgspec.json.decode(found, type=shape)
    except (msgspec.DecodeError, TypeError) as error:
        raise SettingsError(f"{path(name)}: of another version", got=error, remedy="run: dvc repro plan") from None


def of(shape: type[T], *names: str) -> T:
    """Return a struct of settings: `names` are read, each from its file; its other fields keep their defaults."""
    pieces = {name: msgspec.json.decode(data(name)) for name in names}
    try:
        return msgspec.convert({name: value for name, value in pieces.items() if value is not None}, shape)
    except msgspec.ValidationError as error:
        where = ", ".join(str(path(name)) for name in names)
        raise SettingsError(f"{where}: of another version", got=error, remedy="run: dvc repro plan") from None


def data(name: str) -> bytes:
    """Return the bytes of a setting's file; SettingsError with the nearest name where there is none."""
    try:
        return path(name).read_bytes()
    except FileNotFoundError:
        kind, _, key = name.partition(".")
        named = sorted(file.stem.partition(".")[2] for file in project.PIECES.glob(f"{kind}.*.json"))
        if key and named:
            noun = "recipe" if kind == "recipes" else "network"
            reader.require(key, named, str(project.PARAMS), noun)
        remedy = in_checkout("run: dvc repro plan")
        raise SettingsError(f"{path(name)}: no such file", remedy=remedy) from None
