"""What a struct and its fields mean: its docstring, read as NumPy's convention lays it out."""

import inspect
import re

import msgspec

from litemill.core.errors import LitemillError


def summary(kind: type[msgspec.Struct]) -> str:
    """Give what a struct is: its docstring ahead of the fields."""
    return " ".join(_parts(kind)[0].split())


def fields(kind: type[msgspec.Struct]) -> dict[str, str]:
    """Give what each field of a struct means; LitemillError where its docstring and its fields differ."""
    found: dict[str, str] = {}
    for names, meaning in re.findall(r"^(\w+(?:, \w+)*)\n((?:    .+\n?)+)", _parts(kind)[1], re.MULTILINE):
        found |= dict.fromkeys(names.split(", "), " ".join(meaning.split()))
    there = {field.name for field in msgspec.structs.fields(kind)}
    if found.keys() != there:
        raise LitemillError(
            f"{kind.__name__}: its docstring does not tell of its fields as they are",
            expected=", ".join(sorted(there - found.keys())) or None,
            got=", ".join(sorted(found.keys() - there)) or None,
            remedy="mend its section Parameters",
        )
    return found


def _parts(kind: type[msgspec.Struct]) -> tuple[str, str]:
    """Part a docstring at its section of fields."""
    text = inspect.cleandoc(kind.__doc__ or "")
    head, _, rest = text.partition("Parameters\n----------\n")
    return head, re.split(r"\n\w+\n-{3,}\n", rest)[0]
