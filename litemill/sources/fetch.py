"""A source as the build has it: its file, or both of its files, proven and unpacked into one folder."""

from pathlib import Path

from msgspec.structs import replace

from litemill.ground import io
from litemill.records.source import Fetched
from litemill.settings.catalog import Entry
from litemill.sources.origin import get
from litemill.sources.transfer import Limits
from litemill.sources.unpacking import unpack


def label(name: str, half: str) -> str:
    """Name one of a source's files, in messages and in the lock file; `half` is empty where it has but one."""
    return f"{name}.{half}" if half else name


def fetch(entry: Entry, name: str, where: str, into: Path, limits: Limits | None = None) -> Fetched:
    """Put what the build needs of a source into the folder `into`, which is whole or as it was before.

    Parameters
    ----------
    entry, name
        Of the catalogue.
    where
        `embedded`, `upstream`, a mirror folder or a mirror's http(s) address.
    into
        Folder of the source; one that has two files has a folder of each half in it.
    limits
        Of downloads.

    Raises
    ------
    SourceError
        A file is not there, is not the known one, or can't be trusted.
    """
    found = {half: get(one, label(name, half), where, limits=limits) for half, one in entry.halves().items()}
    unpacked: dict[str, str] = {}
    with io.replacing(into) as new:
        for half, (file, _) in found.items():
            hashes = unpack(file, entry.kind, new / half, label(name, half))
            unpacked |= {(Path(half) / path).as_posix(): sha256 for path, sha256 in hashes.items()}
    records = [fetched for _, fetched in found.values()]
    return replace(
        records[0],
        source=name,
        rebuilt=any(record.rebuilt for record in records),
        size_bytes=sum(record.size_bytes for record in records),
        files=unpacked,
        entry=entry,
        transfer_sha256=records[1].sha256 if entry.transfer else "",
    )
