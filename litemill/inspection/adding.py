"""A new entry at the end of the catalogue: all that stands there stays, byte for byte."""

from pathlib import Path

import yaml

from litemill.ground import io
from litemill.ground.errors import SettingsError
from litemill.ground.project import CATALOG
from litemill.inspection.entry import OWNERS
from litemill.settings import reader
from litemill.settings.catalog import Catalog


def add(entry: str) -> str:
    """Put an entry, as `pasted.entry` writes it, into `data/catalog.yaml`; say under which name, and what is missing.

    Raises
    ------
    SettingsError
        There is an entry of that name, or the catalogue would not be one any more; it is as it was.
    """
    (name,) = yaml.safe_load(entry)
    old = CATALOG.read_bytes()
    if name in reader.read(CATALOG, Catalog):
        raise SettingsError(
            f"{CATALOG}: there is an entry {name!r} already",
            remedy="remove that one, or give the model's file another name",
        )
    ended = old if old.endswith(b"\n") else old + b"\n"
    with io.replacing(CATALOG) as new:
        new.write_bytes(ended + b"\n" + entry.encode())
        _require_catalogue(new, name)
    owners = owners_of(entry)
    return f"{CATALOG}: {name} added" + (f"; yours to say there: {', '.join(owners)}" if owners else "")


def _require_catalogue(new: Path, name: str) -> None:
    """Raise SettingsError unless a file reads as a catalogue, and say so of the catalogue whose place it takes."""
    try:
        reader.read(new, Catalog)
    except SettingsError as error:
        raise SettingsError(
            f"{CATALOG}: the entry {name!r} can't stand at its end",
            got=str(error).replace(str(new), str(CATALOG)),
            remedy="paste the entry by hand",
        ) from None


def owners_of(entry: str) -> list[str]:
    """Return the fields of an entry that only the model's owner can fill in."""
    return [line.split(":")[0].strip() for line in entry.splitlines() if f"# {OWNERS}" in line]
