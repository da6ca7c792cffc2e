"""Schemas of what is written by hand: editors complete, explain and check with them."""

from collections.abc import Iterator
from typing import Any

import msgspec

from litemill.manual import meanings

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def schema(shape: Any, title: str) -> Schema:  # noqa: ANN401  a struct, or a mapping of structs
    """Give the JSON schema of a file, with what each field means from its struct's docstring."""
    kinds = {kind.__name__: kind for kind in structs(shape)}
    found = msgspec.json.schema(shape)
    for name, body in found["$defs"].items():
        told = meanings.fields(kinds[name])
        body["description"] = meanings.summary(kinds[name])
        for field, value in body["properties"].items():
            value["description"] = told[field]
    return {"$schema": DRAFT, "title": title} | found


def structs(shape: Any) -> Iterator[type[msgspec.Struct]]:  # noqa: ANN401  any type
    """Give the structs that a type is made of, each ahead of those that it holds."""
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
