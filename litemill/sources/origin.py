"""From a source's entry to its file, embedded, upstream or in a mirror, and the proof that it is the one."""

import functools
import hashlib
import os
import tempfile
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from msgspec.structs import replace

from litemill.core import files, paths, settings
from litemill.core.catalog import Entry
from litemill.core.errors import SourceError, from_os
from litemill.core.records import Fetched
from litemill.sources import content, pins, tfhub
from litemill.sources.download import download
from litemill.sources.transfer import Limits
from litemill.sources.unpacking import unpack

CACHE_VARIABLE = "LITEMILL_CACHE"


class Known(NamedTuple):
    """What a file may be, as far as it is known."""

    sha256: str | None
    size_bytes: int | None
    rebuilt: bool = False


def get(
    entry: Entry, name: str, where: str, cache: Path | None = None, limits: Limits | None = None
) -> tuple[Path, Fetched]:
    """Find a source's file and prove that it is the known one.

    Parameters
    ----------
    entry, name
        Of the catalogue.
    where
        `embedded`, `upstream`, a mirror folder or a mirror's http(s) address.
    cache, limits
        Of downloads: their folder, the user's own if left out; their time and bytes.

    Returns
    -------
    tuple
        The file, to be read only; where it came from and what it is (`files` is for whoever unpacks it).

    Raises
    ------
    SourceError
        Where there is no such file, or it is another one.
    """
    place = entry
    if "://" not in entry.url:  # a file of the user's own lies where it lies, wherever other sources come from
        own = Path(entry.url)
        where, place = str(own.parent), replace(entry, mirror=own.name)
    try:
        known = _known(entry, name, where)
        file = _find(place, name, where, cache, known, limits)
        fetched = _fetched(entry, name, where, file, known)
        if all(one.sha256 is None for one in known):
            pin = pins.Pin(fetched.sha256, fetched.size_bytes)
            pins.add(name, "upstream" if where == "upstream" else "mirror", pin, cache or default_cache())
    except FileNotFoundError as error:
        raise SourceError(
            f"{name}: no file {error.filename}",
            remedy="set source in params.yaml to where it is: embedded, upstream, a mirror",
        ) from None
    except OSError as error:
        raise from_os(error) from None
    return file, fetched


def _find(entry: Entry, name: str, where: str, cache: Path | None, known: list[Known], limits: Limits | None) -> Path:
    """Give a source's file, checked."""
    check = functools.partial(_check, name=name, entry=entry, known=known)
    if where == "upstream" or where.startswith(("http://", "https://")):
        urls, file = _addresses(entry, where, cache or default_cache())
        download(urls, file, check, limits)
    else:
        file = (paths.EMBEDDED if where == "embedded" else _folder(where)) / entry.mirror
        check(file)
    return file


def default_cache() -> Path:
    """Give the folder of downloads: $LITEMILL_CACHE, or the one that the system has for such."""
    import pooch  # noqa: PLC0415  for those who download only

    return Path(pooch.os_cache("litemill") if CACHE_VARIABLE not in os.environ else os.environ[CACHE_VARIABLE])


def _addresses(entry: Entry, where: str, cache: Path) -> tuple[tuple[str, ...], Path]:
    """Give the addresses to ask, and the place of the answer in the cache."""
    if where == "upstream":
        return tfhub.addresses(entry.url), cache / "upstream" / entry.mirror
    base = where.rstrip("/")
    place = cache / hashlib.sha256(base.encode()).hexdigest()[:16]
    return (f"{base}/{quote(entry.mirror)}",), place / entry.mirror


def _folder(where: str) -> Path:
    folder = Path(where).expanduser()
    if not folder.is_dir():
        raise SourceError(f"{paths.PARAMS}: source: no folder {where!r}",
                          expected="embedded, upstream, a folder or an http(s) address",
                          remedy=settings.nearest(where, ("embedded", "upstream")))  # fmt: skip
    return folder


def _known(entry: Entry, name: str, where: str) -> list[Known]:
    """Give what the file may be: a mirror may hold upstream's or the embedded one."""
    own = entry.embedded
    embedded = [Known(own.sha256, own.size_bytes, own.rebuilt)] if own else []
    if where == "embedded":
        if not embedded:
            raise SourceError(f"{name}: is not embedded", expected=f"`embedded` in {paths.CATALOG}",
                              remedy="set source in params.yaml to upstream or to a mirror")  # fmt: skip
        return embedded
    pin = pins.find(name, "upstream")
    upstream = Known(entry.sha256, entry.size_bytes)
    if not entry.sha256 and pin:
        upstream = Known(pin.sha256, pin.size_bytes)
    if where == "upstream":
        return [upstream]
    known = ([upstream] if upstream.sha256 else []) + embedded
    pin = pins.find(name, "mirror")
    return known or [Known(pin.sha256, pin.size_bytes) if pin else upstream]


def _check(file: Path, name: str, entry: Entry, known: list[Known]) -> None:
    """Raise SourceError unless `file` is one of `known`; where no hash is, unless it unpacks."""
    content.require(file, entry.kind, name)
    size = file.stat().st_size
    fits = [one for one in known if one.size_bytes in (None, size)]
    if not fits:
        sizes = " or ".join(str(one.size_bytes) for one in known)
        raise _another(name, f"{sizes} bytes", f"{size} bytes")
    hashes = [one.sha256 for one in fits if one.sha256]
    if hashes:
        found = files.sha256(file)
        if found not in hashes:
            raise _another(name, "SHA-256 " + " or ".join(hashes), found)
    else:
        with tempfile.TemporaryDirectory() as folder:
            unpack(file, entry.kind, Path(folder) / "unpacked", name)


def _another(name: str, expected: str, got: str) -> SourceError:
    return SourceError(
        f"{name}: another file than the known one", expected=expected, got=got,
        remedy=f"do not use it; if the change is meant, mend {paths.CATALOG} or remove it from {paths.SOURCES_LOCK}",
    )  # fmt: skip


def _fetched(entry: Entry, name: str, where: str, file: Path, known: list[Known]) -> Fetched:
    """Say where a file came from and what it is, the same on every machine."""
    sha256 = files.sha256(file)
    origin = {"embedded": "embedded", "upstream": entry.url}.get(where, "mirror")
    rebuilt = any(one.rebuilt for one in known if one.sha256 == sha256)
    return Fetched(name, origin, rebuilt, sha256, file.stat().st_size, files={}, entry=entry)
