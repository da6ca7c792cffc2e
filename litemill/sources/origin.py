"""From a source's entry to its file, embedded, upstream or in a mirror, and the proof that it is the one."""

import functools
import hashlib
import os
import tempfile
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

from litemill.ground import io, project
from litemill.ground.errors import SourceError, from_os
from litemill.records.source import Fetched
from litemill.settings.catalog import Entry
from litemill.sources import content, files, pins
from litemill.sources.download import download
from litemill.sources.transfer import Limits
from litemill.sources.unpacking import unpack

CACHE_VARIABLE = "LITEMILL_CACHE"


# a file of the user's own is told from others as that of a mirror is
OWN = "own file"


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
    try:
        file = files.find(entry, name, where)
        if files.own(entry):
            where = OWN
        known = _known(entry, name, where)
        check = functools.partial(_check, name=name, entry=entry, known=known)
        if file is None:
            urls, file = _addresses(entry, where, cache or default_cache())
            download(urls, file, check, limits)
        else:
            check(file)
        fetched = _fetched(entry, name, where, file, known)
        if all(one.sha256 is None for one in known):
            pin = pins.Pin(fetched.sha256, fetched.size_bytes)
            pins.add(name, "upstream" if where == "upstream" else "mirror", pin, cache or default_cache())
    except OSError as error:
        raise from_os(error) from None
    return file, fetched


def default_cache() -> Path:
    """Return the folder of downloads: $LITEMILL_CACHE, or the one that the system has for such."""
    import pooch  # noqa: PLC0415  for those who download only

    return Path(pooch.os_cache("litemill") if CACHE_VARIABLE not in os.environ else os.environ[CACHE_VARIABLE])


def _addresses(entry: Entry, where: str, cache: Path) -> tuple[tuple[str, ...], Path]:
    """Return the addresses to ask, and the place of the answer in the cache."""
    if where == "upstream":
        return addresses(entry.url), cache / "upstream" / entry.mirror
    base = where.rstrip("/")
    place = cache / hashlib.sha256(base.encode()).hexdigest()[:16]
    return (f"{base}/{quote(entry.mirror)}",), place / entry.mirror


def _known(entry: Entry, name: str, where: str) -> list[Known]:
    """Return what the file may be: a mirror may hold upstream's or the embedded one."""
    own = entry.embedded
    embedded = [Known(own.sha256, own.size_bytes, own.rebuilt)] if own else []
    if where == "embedded":
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
        found = io.sha256(file)
        if found not in hashes:
            raise _another(name, "SHA-256 " + " or ".join(hashes), found)
    else:
        with tempfile.TemporaryDirectory() as folder:
            unpack(file, entry.kind, Path(folder) / "unpacked", name)


def _another(name: str, expected: str, got: str) -> SourceError:
    return SourceError(
        f"{name}: another file than the known one", expected=expected, got=got,
        remedy=f"do not use it; if the change is meant, mend {project.CATALOG} or remove it from "
        f"{project.SOURCES_LOCK}",
    )  # fmt: skip


def _fetched(entry: Entry, name: str, where: str, file: Path, known: list[Known]) -> Fetched:
    """Say where a file came from and what it is, the same on every machine."""
    sha256 = io.sha256(file)
    origin = {"embedded": "embedded", "upstream": entry.url}.get(where, "mirror")
    rebuilt = any(one.rebuilt for one in known if one.sha256 == sha256)
    return Fetched(name, origin, rebuilt, sha256, file.stat().st_size, files={}, entry=entry)


HOST = "tfhub.dev"


_STORAGE = "https://storage.googleapis.com"


def addresses(url: str) -> tuple[str, ...]:
    """Return the addresses to ask for `url`, in turn.

    Parameters
    ----------
    url
        An upstream address; that of a module on tfhub.dev is its handle, that of a TFLite file there has
        `?lite-format=tflite`.

    Returns
    -------
    tuple of str
        `url` alone where it is not on tfhub.dev.

    Examples
    --------
    >>> addresses("https://tfhub.dev/google/module/2")
    ('https://tfhub.dev/google/module/2?tf-hub-format=compressed', \
'https://storage.googleapis.com/tfhub-modules/google/module/2.tar.gz')
    """
    parts = urlsplit(url)
    if parts.hostname != HOST:
        return (url,)
    path = parts.path.rstrip("/")
    if parse_qs(parts.query).get("lite-format") == ["tflite"]:
        return url, f"{_STORAGE}/tfhub-lite-models{path}.tflite"
    handle = parts._replace(path=path, query="tf-hub-format=compressed").geturl()
    return handle, f"{_STORAGE}/tfhub-modules{path}.tar.gz"
