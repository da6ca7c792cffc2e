"""YAML files as typed structs: each mistake named by its place, with the nearest valid name."""

import difflib
import math
import reprlib
import types
from collections.abc import Collection, Hashable
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
import yaml

from litemill.ground.errors import SettingsError, from_os, in_checkout

T = TypeVar("T")


# a graph has thousands
NAMES_SHOWN = 20


class _Loader(yaml.CSafeLoader):
    """YAML that refuses a key given twice, where the standard keeps the last one silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen: set[object] = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                break  # YAML's own error names its line
            if key in seen:
                raise SettingsError(
                    f"{key_node.start_mark.name}, line {key_node.start_mark.line + 1}: {key!r} is given twice",
                    remedy="rename or remove one of the two",
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def nearest(name: str, known: Collection[str]) -> str:
    """Say which known name `name` was likely meant to be, or which ones there are."""
    match = difflib.get_close_matches(name, list(known), n=1)
    if match:
        return f"did you mean {match[0]!r}?"
    shown, more = sorted(known)[:NAMES_SHOWN], len(known) - NAMES_SHOWN
    return "known: " + (", ".join(shown) or "none") + (f" and {more} more" if more > 0 else "")


def require(name: str, known: Collection[str], where: str, noun: str) -> None:
    """Raise SettingsError unless `name` is among `known`."""
    if name not in known:
        raise SettingsError(f"{where}: unknown {noun} {name!r}", remedy=nearest(name, known))


def read(path: Path, shape: type[T]) -> T:
    """Read a YAML file as `shape` (a struct, or a dict of structs); SettingsError names what does not fit."""
    try:
        with path.open(encoding="utf-8") as stream:
            value = yaml.load(stream, _Loader)  # noqa: S506  a safe loader, made stricter
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: is not YAML", got=error, remedy="mend the line it names") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8 text", got=error, remedy="save it as UTF-8") from None
    except FileNotFoundError:
        remedy = in_checkout(f"get it back: git checkout -- {path}")
        raise SettingsError(f"{path}: no such file", remedy=remedy) from None
    except OSError as error:
        raise from_os(error) from None
    _check(value, shape, str(path))
    return msgspec.convert(value, shape)


def _check(value: object, shape: object, where: str) -> None:
    """Walk `value` along `shape`, so that an error can name its place by keys."""
    origin, arguments = get_origin(shape), get_args(shape)
    if origin in (Union, types.UnionType):
        structs = [option for option in arguments if isinstance(option, type) and _is_struct(option)]
        shape = structs[0] if isinstance(value, dict) and structs else shape
    if isinstance(shape, type) and _is_struct(shape):
        _check_struct(value, shape, where)
    elif origin is dict and isinstance(value, dict):
        for key, item in value.items():
            _check(key, arguments[0], where)
            _check(item, arguments[1], _place(where, key))
    elif isinstance(value, float) and not math.isfinite(value):
        # as a limit it would let everything through, or nothing
        raise SettingsError(where, expected="a finite number", got=value, remedy="give one")
    else:
        try:
            msgspec.convert(value, shape)
        except msgspec.ValidationError as error:
            raise SettingsError(where, got=reprlib.repr(value), remedy=str(error)) from None


def _place(where: str, key: object) -> str:
    """Name what lies at `key` below `where`, as `file: key.key.key`."""
    return f"{where}.{key}" if ": " in where else f"{where}: {key}"


def _is_struct(shape: type) -> bool:
    return issubclass(shape, msgspec.Struct)


def _check_struct(value: object, shape: type[msgspec.Struct], where: str) -> None:
    if not isinstance(value, dict):
        raise SettingsError(where, expected="a mapping", got=reprlib.repr(value), remedy="see the entries beside it")
    hints = get_type_hints(shape, include_extras=True)
    for key in value:
        require(str(key), hints, where, "key")
    for field in msgspec.structs.fields(shape):
        if field.name in value:
            _check(value[field.name], hints[field.name], _place(where, field.name))
        elif field.required:
            raise SettingsError(f"{where}: {field.name} is missing", remedy=f"add {field.name}:")
    try:
        msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise SettingsError(where, remedy=str(error)) from None
