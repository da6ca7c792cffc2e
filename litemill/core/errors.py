"""One family of errors: what was wrong, what was expected, what was got, what to do."""

import errno


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
    """

    def __init__(self, what: str, *, expected: object = None, got: object = None, remedy: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.expected = expected
        self.got = got
        self.remedy = remedy

    def __str__(self) -> str:
        """Give the error in one line, whatever its parts hold."""
        facts = [
            f"{word} {value}" for word, value in (("expected", self.expected), ("got", self.got)) if value is not None
        ]
        text = self.what + (": " + ", ".join(facts) if facts else "")
        text += f" -> {self.remedy}" if self.remedy else ""
        return " ".join(text.split())


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
    if error.errno == errno.ENOSPC:
        return LitemillError(f"{where}: no space left on the disk", remedy="free some space, then run again")
    if isinstance(error, FileNotFoundError):
        return LitemillError(f"{where}: no such file", remedy="run the stages before this one: dvc repro")
    return LitemillError(f"{where}: {error.strerror or error}", remedy="see that it can be read and written")
