"""Docstrings as the source of what fields mean."""

import msgspec
import pytest

from litemill.ground.errors import LitemillError
from litemill.manual import schemas


class Told(msgspec.Struct):
    """A struct that is told of
    in two lines.

    Parameters
    ----------
    width, height
        In pixels.
    name
        Its own,
        in two lines.

    Notes
    -----
    ignored
        By what reads fields.
    """

    width: int
    height: int
    name: str


class Untold(msgspec.Struct):
    """A struct with a field too many, and one that is none.

    Parameters
    ----------
    width
        In pixels.
    hieght
        In pixels.
    """

    width: int
    height: int


def test_each_field_has_its_meaning_in_one_line() -> None:
    assert schemas.summary(Told) == "A struct that is told of in two lines."
    assert schemas.fields(Told) == {"width": "In pixels.", "height": "In pixels.", "name": "Its own, in two lines."}


def test_a_docstring_that_leaves_a_field_out_is_refused() -> None:
    with pytest.raises(LitemillError, match=r"Untold.*expected height, got hieght"):
        schemas.fields(Untold)
