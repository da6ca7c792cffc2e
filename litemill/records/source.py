"""The record of a source."""

from litemill.records.base import Record
from litemill.settings.catalog import Entry


class Fetched(Record, frozen=True):
    """A source at hand: where it came from, and its files by SHA-256.

    Parameters
    ----------
    source, entry
        Its name in the catalogue, and its entry there.
    origin
        Where it came from: an address, or a path.
    rebuilt
        Whether it is an embedded archive that was rebuilt from released weights.
    sha256, size_bytes
        Of the file that was fetched; where a transfer network has a file of its own, the size is of both.
    transfer_sha256
        Of that second file.
    files
        What was unpacked, by its path below the source's folder.
    """

    source: str
    origin: str
    rebuilt: bool
    sha256: str
    size_bytes: int
    files: dict[str, str]
    entry: Entry
    transfer_sha256: str = ""
