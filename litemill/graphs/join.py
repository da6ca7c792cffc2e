"""Predict and transfer, published as two graphs, as the one that content and style go through."""

from collections.abc import Mapping

import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from litemill.core.errors import GraphError
from litemill.graphs.find import find
from litemill.graphs.found import Found, Whole


def joined(parts: Mapping[str, GraphDef]) -> GraphDef:
    """Put a predict and a transfer graph together at the style bottleneck.

    Parameters
    ----------
    parts
        Name to frozen graph, two of them, in either order. A node's new name is `name/node`.

    Raises
    ------
    GraphError
        They are not a predict and a transfer part, or their bottlenecks differ.
    """
    wholes = {name: Whole(graph) for name, graph in parts.items()}
    found = {name: find(whole) for name, whole in wholes.items()}
    roles = {one.part: name for name, one in found.items()}
    if len(parts) != 2 or set(roles) != {"predict", "transfer"}:  # noqa: PLR2004  the two of them
        shown = ", ".join(f"{name} is {one.part or one.task}" for name, one in found.items())
        raise GraphError(
            "the graphs are not the two parts of one stylization",
            expected="a predict and a transfer part",
            got=shown,
            remedy="inspect them one by one",
        )
    predict, transfer = roles["predict"], roles["transfer"]
    ends = {name: _bottleneck(wholes[name], found[name]) for name in (predict, transfer)}
    if ends[predict] != ends[transfer]:
        raise GraphError(
            "the bottlenecks of the two parts differ",
            expected=f"{transfer}: {ends[transfer]}",
            got=f"{predict}: {ends[predict]}",
            remedy="take both parts of one export",
        )
    result = GraphDef(versions=parts[transfer].versions)
    for name, graph in parts.items():
        _copy(graph, name, result)
    given = f"{transfer}/{found[transfer].cut['bottleneck']}"
    stand_in = next(node for node in result.node if node.name == given)
    stand_in.CopyFrom(NodeDef(name=given, op="Identity", input=[f"{predict}/{found[predict].cut['bottleneck']}"]))
    stand_in.attr["T"].type = tf.float32.as_datatype_enum
    return result


def _bottleneck(whole: Whole, found: Found) -> tuple[int | None, ...]:
    """Give the sides of a bottleneck but for its batch."""
    return (whole.shape(found.cut["bottleneck"]) or (None,))[1:]


def _copy(graph: GraphDef, name: str, into: GraphDef) -> None:
    if graph.library.function:
        raise GraphError(f"{name}: calls functions", expected="a frozen graph without", remedy="freeze it again")
    for node in graph.node:
        copy = into.node.add()
        copy.CopyFrom(node)
        copy.name = f"{name}/{node.name}"
        copy.attr.pop("_class", None)
        copy.input[:] = [f"^{name}/{tensor[1:]}" if tensor[:1] == "^" else f"{name}/{tensor}" for tensor in node.input]
