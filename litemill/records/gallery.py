"""The record of the gallery."""

import msgspec

from litemill.records.base import Record
from litemill.settings.gallery import Composition


class Shown(Record, frozen=True):
    """One entry of the gallery.

    Parameters
    ----------
    composition
        What was wanted.
    name, sha256
        Of the picture in the gallery's folder; empty where none could be made.
    refused
        Why none could be made.
    """

    composition: Composition
    name: str = ""
    sha256: str = ""
    refused: str = ""


class Gallery(Record, frozen=True):
    """What the networks are for, in pictures.

    Parameters
    ----------
    shown
        One an entry of `gallery`.
    files
        The recipe that made them, by network.
    """

    shown: tuple[Shown, ...]
    files: dict[str, str] = msgspec.field(default_factory=dict)
