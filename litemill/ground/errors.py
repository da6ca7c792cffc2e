"""One family of errors: what was wrong, what was expected, what was got, what to do."""

import errno
from collections.abc import Sequence
from pathlib import Path

ROOT = "dvc.yaml"


# the disk is full, or the user's share of it
FULL = (errno.ENOSPC, errno.EDQUOT)


FREE = "free some space there, then run again; `dvc gc --workspace` drops what only earlier builds needed"


class LitemillError(Exception):
    """Something that the user can mend; printed in one line, never as a traceback.

    Parameters
    ----------
    what
        What is wrong, and where: a file, a key, a device.
    expected, got
        What should have been there, and what was.
    remedy
        What to do about it.

    Examples
    --------
    >>> import litemill
    >>> raise litemill.LitemillError("street.jpg: too small", expected="257x257", remedy="take a larger one")
    Traceback (most recent call last):
    litemill.ground.errors.LitemillError: street.jpg: too small: expected 257x257 -> take a larger one
    """

    def __init__(self, what: str, *, expected: object = None, got: object = None, remedy: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.expected = expected
        self.got = got
        self.remedy = remedy

    @property
    def each(self) -> "tuple[LitemillError, ...]":
        """The errors that it stands for, each printed in a line of its own."""
        return (self,)

    def __str__(self) -> str:
        """Return the error in one line, whatever its parts hold."""
        facts = [
            f"{word} {value}" for word, value in (("expected", self.expected), ("got", self.got)) if value is not None
        ]
        text = self.what + (": " + ", ".join(facts) if facts else "")
        text += f" -> {self.remedy}" if self.remedy else ""
        return " ".join(text.split())


class FaultsError(LitemillError):
    """Several errors at once.

    Parameters
    ----------
    found
        The errors, one or more.
    """

    def __init__(self, found: Sequence[LitemillError]) -> None:
        super().__init__("; ".join(map(str, found)))
        self.found = tuple(found)

    @property
    def each(self) -> tuple[LitemillError, ...]:
        """The errors themselves."""
        return self.found


class SettingsError(LitemillError):
    """`params.yaml` or the catalogue says what can't be."""


class SourceError(LitemillError):
    """A download, an archive or a file of a source can't be trusted."""


class GraphError(LitemillError):
    """A graph can't be read, cut or reshaped."""


class ConversionError(LitemillError):
    """A graph can't be converted as its recipe says."""


class PictureError(LitemillError):
    """A picture is missing, or is none."""


class ArtifactError(LitemillError):
    """A TFLite file can't be loaded or run."""


class DeviceError(LitemillError):
    """A device, or the way to it, can't do what is asked for."""


class RecordError(LitemillError):
    """A record is missing, is malformed, or describes another file."""


def from_os(error: OSError) -> LitemillError:
    """Say in the family's form what the operating system refused."""
    where = error.filename or "a file"
    if error.errno in FULL:
        return LitemillError(f"{where}: no space left on the disk", remedy=FREE)
    if isinstance(error, FileNotFoundError):
        return LitemillError(f"{where}: no such file", remedy=in_checkout("run the stages before this one: dvc repro"))
    return LitemillError(f"{where}: {error.strerror or error}", remedy="see that it can be read and written")


def in_checkout(remedy: str) -> str:
    """Return what to do about a file that is missing: `remedy` in a checkout, elsewhere to go to one."""
    if Path(ROOT).is_file():
        return remedy
    return f"{Path.cwd()} is no checkout of litemill: change to the folder that holds its {ROOT}"
