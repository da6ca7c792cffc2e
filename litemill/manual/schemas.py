"""Schemas of what is written by hand: editors complete, explain and check with them."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from litemill.ground.errors import LitemillError


def summary(kind: type[msgspec.Struct]) -> str:
    """Return what a struct is: its docstring ahead of the fields."""
    return " ".join(_parts(kind)[0].split())


def fields(kind: type[msgspec.Struct]) -> dict[str, str]:
    """Return what each field of a struct means; LitemillError where its docstring and its fields differ."""
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


DRAFT = "https://json-schema.org/draft/2020-12/schema"


Schema = dict[str, Any]


def schema(shape: Any, title: str) -> Schema:  # noqa: ANN401  a struct, or a mapping of structs
    """Return the JSON schema of a file, with what each field means from its struct's docstring."""
    kinds = {kind.__name__: kind for kind in structs(shape)}
    found = msgspec.json.schema(shape)
    for name, body in found["$defs"].items():
        told = fields(kinds[name])
        body["description"] = summary(kinds[name])
        for field, value in body["properties"].items():
            value["description"] = told[field]
    return {"$schema": DRAFT, "title": title} | found


def structs(shape: Any) -> Iterator[type[msgspec.Struct]]:  # noqa: ANN401  any type
    """Return the structs that a type is made of, each ahead of those that it holds."""
    seen: dict[type[msgspec.Struct], None] = {}
    _collect(msgspec.inspect.type_info(shape), seen)
    yield from seen


def _collect(info: object, seen: dict[type[msgspec.Struct], None]) -> None:
    """Walk a type's parts."""
    if isinstance(info, msgspec.inspect.StructType):
        if info.cls not in seen:
            seen[info.cls] = None
            for field in info.fields:
                _collect(field.type, seen)
    elif isinstance(info, msgspec.inspect.Metadata):
        _collect(info.type, seen)
    elif isinstance(info, msgspec.inspect.DictType):
        _collect(info.value_type, seen)
    elif isinstance(info, msgspec.inspect.UnionType):
        for one in info.types:
            _collect(one, seen)
    elif isinstance(info, msgspec.inspect.VarTupleType | msgspec.inspect.ListType):
        _collect(info.item_type, seen)
