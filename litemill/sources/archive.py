"""Archives of others: nothing leaves one but the plain files asked for, and none outgrows its limits."""

import gzip
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from litemill.ground.errors import SourceError
from litemill.sources import content

Members = dict[PurePosixPath, tarfile.TarInfo]

# the largest archive of the zoo, Xception for ADE20K with its checkpoint, has 460 MB
MAX_UNPACKED_BYTES = 2 << 30
# weights shrink to no less than a tenth; gzip's own bound is about 1000
MAX_RATIO = 100
# tar pads to 10 kB, so that the ratio of a tiny archive says nothing
RATIO_FROM_BYTES = 1 << 20
MAX_MEMBERS = 10_000
CHUNK_BYTES = 1 << 20
_FETCH_AGAIN = "fetch it again, or set source in params.yaml to another mirror"
_DISTRUST = "do not use this archive: ask whoever made it, or set source in params.yaml to embedded"


class Archive:
    """An open .tar.gz whose members were all found harmless.

    Parameters
    ----------
    tar
        The tar, already out of its gzip.
    label
        Its name in messages.
    """

    def __init__(self, tar: tarfile.TarFile, label: str) -> None:
        self._tar = tar
        self.label = label
        self.members = _members(tar, label)

    def copy(self, name: PurePosixPath, target: Path) -> None:
        """Write the member `name` to `target`; SourceError where the archive ends too early."""
        member = self.members[name]
        target.parent.mkdir(parents=True, exist_ok=True)
        reader = self._tar.extractfile(member)
        assert reader is not None  # noqa: S101  only regular files are members
        try:
            with reader, target.open("wb") as writer:
                shutil.copyfileobj(reader, writer, CHUNK_BYTES)
        except tarfile.TarError as error:
            raise SourceError(f"{self.label}: cut short inside {name}", got=error, remedy=_FETCH_AGAIN) from None


@contextmanager
def opened(file: Path, label: str, scratch: Path) -> Iterator[Archive]:
    """Open a .tar.gz; SourceError where it is broken, hostile or none.

    It is inflated once, under the limits, into a nameless file in the folder `scratch`: so broken gzip is
    told from broken tar, and no member costs the inflating of those ahead of it again.
    """
    with tempfile.TemporaryFile(dir=scratch) as plain:
        _inflate(file, plain, label)
        plain.seek(0)
        head = plain.read(content.HEAD_BYTES)
        plain.seek(0)
        try:
            tar = tarfile.open(fileobj=plain, mode="r:")  # noqa: SIM115  closed with `plain`, of which it is a view
            archive = Archive(tar, label)
        except (tarfile.TarError, ValueError, OverflowError, RecursionError, MemoryError) as error:
            raise SourceError(
                f"{label}: no tar inside its gzip", expected="a .tar.gz",
                got=f"{content.describe(head)} ({error})", remedy=_FETCH_AGAIN,
            ) from None  # fmt: skip
        yield archive


def _inflate(file: Path, plain: IO[bytes], label: str) -> None:
    """Write what `file` holds to `plain`, within the limits; the end holds gzip's checksum."""
    size, total = file.stat().st_size, 0
    try:
        with gzip.open(file) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                total += len(chunk)
                if total > MAX_UNPACKED_BYTES or (total > RATIO_FROM_BYTES and total > size * MAX_RATIO):
                    raise SourceError(
                        f"{label}: unpacks to more than it may",
                        expected=f"at most {MAX_RATIO} times its {size} bytes, or {MAX_UNPACKED_BYTES}",
                        got=f"{total} bytes and more", remedy=_DISTRUST,
                    )  # fmt: skip
                plain.write(chunk)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SourceError(f"{label}: cut short or damaged", expected="a whole gzip file", got=error,
                          remedy=_FETCH_AGAIN) from None  # fmt: skip


def _members(tar: tarfile.TarFile, label: str) -> Members:
    """Return the regular files of `tar` by name; SourceError if any member at all is one that could do harm."""
    found: Members = {}
    total = 0
    for count, member in enumerate(tar, 1):
        name, fault = PurePosixPath(member.name), _fault(member)
        total += member.size
        if not fault and name in found:
            fault = "a second one of this name"
        if not fault and (count > MAX_MEMBERS or total > MAX_UNPACKED_BYTES):
            fault = f"more than {MAX_MEMBERS} members or {MAX_UNPACKED_BYTES} bytes"
        if fault:
            raise SourceError(f"{label}: member {member.name[:100]!r} is refused", got=fault, remedy=_DISTRUST)
        if member.isfile():
            found[name] = member
    return found


def _fault(member: tarfile.TarInfo) -> str:
    """Say why `member` can't be trusted; nothing where it can."""
    name = member.name
    if name.startswith("/") or "\\" in name or ":" in name:
        return "an absolute path, or one of another system"
    if not name.isprintable():
        return "a name that can't be printed"
    if ".." in PurePosixPath(name).parts:
        return "a path that leaves the folder"
    if member.issym() or member.islnk():
        return f"a link to {member.linkname[:100]!r}"
    if member.issparse() or not (member.isfile() or member.isdir()):
        return "neither a plain file nor a folder"
    return "a negative size" if member.size < 0 else ""
