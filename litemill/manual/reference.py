"""The reference of settings and records: each struct as a table, drawn from its schema."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from litemill.manual.schemas import Schema, schema, structs

HEAD = """# Reference

Every field of what you write and of what the build leaves, with its type, its default and its meaning. `make docs`
writes this of the code; units stand in the names (`_ms`, `_bytes`, `_mb`, `_db`, `_c`, `_s`) or in the meaning.
"""
PLAIN = {"string": "text", "boolean": "true or false", "integer": "whole number", "number": "number"}


def markdown(parts: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the reference as Markdown.

    Parameters
    ----------
    parts
        By the title of a chapter: a file, as it is named, to what it holds. A struct is told of where it comes first.
    """
    seen: set[type[msgspec.Struct]] = set()
    lines = [HEAD]
    for title, files in parts.items():
        lines.append(f"## {title}\n")
        for file, shape in files.items():
            told = schema(shape, file)
            lines.append(f"`{file}` holds {_type(told)}.\n")
            for kind in structs(shape):
                if kind not in seen:
                    lines += _table(kind.__name__, told["$defs"][kind.__name__])
            seen.update(structs(shape))
    return "\n".join(lines)


def _table(name: str, body: Schema) -> Iterator[str]:
    """Draw one struct."""
    yield f"### {name}\n\n{body['description']}\n\n| field | type | default | meaning |\n| --- | --- | --- | --- |"
    for field, value in body["properties"].items():
        default = "required" if field in body["required"] else _default(value.get("default"))
        cells = (f"`{field}`", _type(value), default, value["description"])
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""


def _type(value: Schema) -> str:
    """Say in words what may stand there."""
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in value:
        return " or ".join(_type(one) for one in value["anyOf"] if one != {"type": "null"})
    if "enum" in value:
        return " or ".join(f"`{one}`" for one in value["enum"])
    if value["type"] in ("array", "object"):
        return _holder(value)
    return PLAIN[value["type"]] + _range(value)


def _holder(value: Schema) -> str:
    """Say in words what stands in a list or a mapping."""
    if value["type"] == "object":
        return f"by name: {_type(value['additionalProperties'])}"
    if "prefixItems" in value:
        return f"{len(value['prefixItems'])} times: {_type(value['prefixItems'][0])}"
    return f"list: {_type(value['items'])}"


def _range(value: Schema) -> str:
    """Say how small and how large a number may be."""
    if "exclusiveMinimum" in value:
        return f" over {value['exclusiveMinimum']}"
    least, most = value.get("minimum"), value.get("maximum")
    if least is None:
        return ""
    return f", {least} to {most}" if most is not None else f", at least {least}"


def _default(value: object) -> str:
    """Write a default as YAML may have it; of a struct, what it says."""
    said = _said(value)
    if said is None or said in ("", [], {}):
        return "none"
    return f"`{said if isinstance(said, str) else json.dumps(said)}`"


def _said(value: object) -> object:
    """Drop what is empty from a mapping."""
    if isinstance(value, dict):
        return {key: found for key, one in value.items() if (found := _said(one)) not in (None, False, [], {})}
    return value
