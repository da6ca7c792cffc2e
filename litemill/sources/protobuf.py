"""Graphs of others at the level of protobuf's wire format: whole, and of the fields that a graph has.

Field numbers are those of graph.proto, node_def.proto, function.proto, saved_model.proto and meta_graph.proto
in TensorFlow, which reads the same bytes later; here a cut or swapped file is told in a moment, without it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from litemill.ground.errors import SourceError

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_WIDTH = {_FIXED64: 8, _FIXED32: 4}
_MAX_VARINT_BYTES = 10

_GRAPH = {
    1: _BYTES,
    2: _BYTES,
    3: _VARINT,
    4: _BYTES,
    5: _BYTES,
}  # node, library, version, versions, debug_info
_NODE = dict.fromkeys(range(1, 8), _BYTES)  # name, op, input, device, attr, debug info, type
_LIBRARY = {1: _BYTES, 2: _BYTES, 3: _BYTES}  # function, gradient, registered gradients
_SAVED_MODEL = {1: _VARINT, 2: _BYTES}  # saved_model_schema_version, meta_graphs
_META_GRAPH = dict.fromkeys(range(1, 8), _BYTES)
_META_GRAPH_GRAPH = 2


class Field(NamedTuple):
    """One field of a message; `value` is empty but for wire type 2."""

    number: int
    wire_type: int
    value: memoryview


def require_graph(data: bytes, label: str) -> None:
    """Raise SourceError unless `data` is a whole GraphDef with a node or more; `label` names it."""
    try:
        count = _graph(memoryview(data))
    except ValueError as error:
        raise _broken(label, "frozen graph (GraphDef)", error) from None
    if not count:
        raise SourceError(f"{label}: an empty graph", expected="nodes", got="none",
                          remedy="freeze the model again, or see which file holds it")  # fmt: skip


def require_saved_model(data: bytes, label: str) -> None:
    """Raise SourceError unless `data` is a whole SavedModel with a graph; `label` names it."""
    try:
        graphs = [
            field.value for field in _message(memoryview(data), _SAVED_MODEL) if field.number == _META_GRAPH_GRAPH
        ]
        nodes = 0
        for meta_graph in graphs:
            for field in _message(meta_graph, _META_GRAPH):
                nodes += _graph(field.value) if field.number == _META_GRAPH_GRAPH else 0
    except ValueError as error:
        raise _broken(label, "SavedModel", error) from None
    if not nodes:
        raise SourceError(f"{label}: an empty SavedModel", expected="nodes",
                          got="none", remedy="export the model again")  # fmt: skip


def _broken(label: str, wanted: str, error: ValueError) -> SourceError:
    return SourceError(f"{label}: cut short, or no {wanted}", expected="a binary protobuf", got=error,
                       remedy="fetch or export it again; a .pbtxt must be made binary first")  # fmt: skip


def _graph(data: memoryview) -> int:
    """Count the nodes of a GraphDef; ValueError where it is none."""
    count = 0
    for field in _message(data, _GRAPH):
        if field.number == 1:
            count += 1
            _check_node(field.value)
        elif field.number == 2:  # noqa: PLR2004  library
            for _ in _message(field.value, _LIBRARY):
                pass
    return count


def _check_node(data: memoryview) -> None:
    """Raise ValueError unless `data` is a NodeDef with a name and an op, in UTF-8."""
    given = set()
    for field in _message(data, _NODE):
        if field.number <= 4:  # noqa: PLR2004  name, op, inputs and device are text
            bytes(field.value).decode()
        if field.value:
            given.add(field.number)
    if not {1, 2} <= given:
        raise ValueError("a node without a name or an op")


def _message(data: memoryview, known: dict[int, int]) -> Iterator[Field]:
    """Walk a message's fields; ValueError at one that is cut, or that `known` (number to wire type) lacks."""
    at = 0
    while at < len(data):
        start = at
        tag, at = _varint(data, at)
        number, wire_type = tag >> 3, tag & 7
        if known.get(number) != wire_type:
            raise ValueError(f"field {number} of wire type {wire_type} at byte {start}")
        length = 0
        if wire_type == _VARINT:
            _, at = _varint(data, at)
        elif wire_type == _BYTES:
            length, at = _varint(data, at)
        else:
            length = _WIDTH[wire_type]
        if at + length > len(data):
            raise ValueError(f"{length} bytes at byte {at}, where {len(data) - at} are left")
        yield Field(number, wire_type, data[at : at + length])
        at += length


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """Read a base-128 number; give it and the place after it."""
    value = 0
    for count, byte in enumerate(data[at : at + _MAX_VARINT_BYTES]):
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:  # noqa: PLR2004  the last byte of a number has no high bit
            return value, at + count + 1
    raise ValueError(f"a number without an end at byte {at}")
