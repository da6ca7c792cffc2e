"""`data/sources.lock.json`: what sources were at their first download, where nobody publishes their SHA-256.

It is committed to git; a later download is compared with it.
"""

from pathlib import Path
from typing import Literal

import filelock
import msgspec

from litemill.ground import io
from litemill.ground.errors import SourceError
from litemill.ground.project import SOURCES_LOCK as LOCK
from litemill.records import store

# an upstream's file and a mirror's may rightly differ
Where = Literal["upstream", "mirror"]
WAIT_S = 60


class Pin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A source's file as it was at its first download."""

    sha256: str
    size_bytes: int


class Pins(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them, by the source's name."""

    upstream: dict[str, Pin] = {}
    mirror: dict[str, Pin] = {}


def find(name: str, where: Where) -> Pin | None:
    """Return what a source was at its first download, if there was one."""
    pins = _read()
    return (pins.upstream if where == "upstream" else pins.mirror).get(name)


def add(name: str, where: Where, pin: Pin, cache: Path) -> None:
    """Note what a source is, unless that is noted already; `cache` holds the lock against other processes."""
    cache.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(cache / f"{LOCK.name}.lock", timeout=WAIT_S):
        pins = _read()
        known = pins.upstream if where == "upstream" else pins.mirror
        if name not in known:
            known[name] = pin
            io.write(LOCK, store.encode(pins))


def _read() -> Pins:
    try:
        return msgspec.json.decode(LOCK.read_bytes(), type=Pins)
    except FileNotFoundError:
        return Pins()
    except msgspec.MsgspecError as error:
        raise SourceError(f"{LOCK}: is no lock file of sources", got=error,
                          remedy=f"take it from git again: git checkout {LOCK}") from None  # fmt: skip
