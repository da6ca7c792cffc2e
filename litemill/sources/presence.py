"""What there is of a source on this machine, and whether its file can be told from another."""

from pathlib import Path
from typing import Literal

import msgspec

from litemill.ground import io, project
from litemill.settings.catalog import Entry
from litemill.sources import pins
from litemill.sources.fetch import label
from litemill.sources.pins import Pin

Place = Literal["embedded", "cached", "at hand"]
Ledger = Literal["catalogue", "lock file", "lock file (mirror)", "first download"]
MIB = 1 << 20


class Presence(msgspec.Struct, frozen=True):
    """Where a source is, and what is known of its file.

    Parameters
    ----------
    places
        `embedded` in `data/embedded`; `cached`, downloaded and the known file; `at hand`, unpacked in `data/sources`.
        None of them: upstream has it.
    size_bytes, exact
        Of the embedded file, else of upstream's; whether it is exact, or as upstream rounds it. None if nobody says.
    proof
        What a download of it is held against: the `catalogue`'s SHA-256, that in the `lock file`, there that of a
        mirror's file alone, or nothing yet, as the `first download` is recorded.
    pinned
        What the lock file holds of it, by `upstream` and `mirror`.
    """

    places: tuple[Place, ...]
    size_bytes: int | None
    exact: bool
    proof: Ledger
    pinned: dict[str, Pin]


def presence(name: str, half: str, entry: Entry, cache: Path) -> Presence:
    """Look for one of a source's files, by `entry.halves()`; `cache` is the folder of downloads."""
    upstream, mirror = (pins.find(label(name, half), where) for where in ("upstream", "mirror"))
    pinned = {where: pin for where, pin in (("upstream", upstream), ("mirror", mirror)) if pin}
    sizes = (entry.embedded, entry, upstream, mirror)
    size = next((one.size_bytes for one in sizes if one and one.size_bytes), None)
    rounded = entry.published.size_mib if entry.published else None
    ledger: Ledger = "lock file" if upstream else "lock file (mirror)" if mirror else "first download"
    return Presence(
        places=_places(name, entry, cache, [pin.sha256 for pin in pinned.values()]),
        size_bytes=round(rounded * MIB) if size is None and rounded else size,
        exact=size is not None,
        proof="catalogue" if entry.sha256 else ledger,
        pinned=pinned,
    )


def _places(name: str, entry: Entry, cache: Path, pinned: list[str]) -> tuple[Place, ...]:
    """Return where the source is; a file in the cache counts only if it is a known one."""
    known = {*pinned, entry.sha256, entry.embedded.sha256 if entry.embedded else None}
    # upstream's files are in one folder there, those of each mirror in another
    downloads = cache.glob(f"*/{entry.mirror}")
    found: dict[Place, bool] = {
        "embedded": entry.embedded is not None and (project.EMBEDDED / entry.mirror).is_file(),
        "cached": any(io.sha256(file) in known for file in downloads),
        "at hand": project.record("fetch", name).is_file(),
    }
    return tuple(place for place, there in found.items() if there)
