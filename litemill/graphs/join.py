"""Predict and transfer, published as two graphs, as the one graph that content and style go through."""

from collections.abc import Mapping

import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from litemill.graphs.find import find
from litemill.graphs.graph import Cuts, Shape, SourceGraph
from litemill.ground.errors import GraphError


def halves(parts: Mapping[str, GraphDef]) -> dict[str, str]:
    """Tell which of two graphs is the `predict` and which the `transfer` half, by name; GraphError if neither."""
    found = {name: find(SourceGraph(graph)) for name, graph in parts.items()}
    result = {one.part: name for name, one in found.items() if one.part}
    if len(parts) != 2 or set(result) != {"predict", "transfer"}:  # noqa: PLR2004  the two of them
        raise GraphError(
            "the graphs are not the two halves of one stylization",
            expected="a predict and a transfer network",
            got=", ".join(f"{name} is {one.part or one.task}" for name, one in found.items()),
            remedy="inspect them one by one",
        )
    return {half: result[half] for half in ("predict", "transfer")}


def joined(predict: GraphDef, transfer: GraphDef) -> GraphDef:
    """Put a predict and a transfer graph together at the style bottleneck; a node's new name is `half/node`.

    Raises
    ------
    GraphError
        One of them is another network, or their bottlenecks differ.
    """
    wholes = {"predict": SourceGraph(predict), "transfer": SourceGraph(transfer)}
    found = {half: find(whole) for half, whole in wholes.items()}
    for half, one in found.items():
        if one.part != half:
            raise GraphError(
                f"the {half} half is another network",
                expected=half,
                got=one.part or f"a whole {one.task}",
                remedy="see the two files of its catalogue entry: docs/catalogue.md",
            )
    ends = {half: _bottleneck(wholes[half], one) for half, one in found.items()}
    if not _fit(*ends.values()):
        raise GraphError(
            "the bottlenecks of the two halves differ",
            expected=f"transfer: {ends['transfer']}",
            got=f"predict: {ends['predict']}",
            remedy="take both halves of one export",
        )
    result = GraphDef(versions=transfer.versions)
    for half, graph in (("predict", predict), ("transfer", transfer)):
        _copy(graph, half, result)
    given = f"transfer/{found['transfer'].cut['bottleneck']}"
    stand_in = next(node for node in result.node if node.name == given)
    stand_in.CopyFrom(NodeDef(name=given, op="Identity", input=[f"predict/{found['predict'].cut['bottleneck']}"]))
    stand_in.attr["T"].type = tf.float32.as_datatype_enum
    return result


def _bottleneck(whole: SourceGraph, found: Cuts) -> Shape:
    """Return the sides of a bottleneck but for its batch."""
    return (whole.shape(found.cut["bottleneck"]) or (None,))[1:]


def _fit(one: Shape, other: Shape) -> bool:
    """Tell whether two shapes may be the same, an open side being any."""
    return len(one) == len(other) and all(a == b or None in (a, b) for a, b in zip(one, other, strict=True))


def _copy(graph: GraphDef, name: str, into: GraphDef) -> None:
    if graph.library.function:
        raise GraphError(f"{name}: calls functions", expected="a frozen graph without", remedy="freeze it again")
    for node in graph.node:
        copy = into.node.add()
        copy.CopyFrom(node)
        copy.name = f"{name}/{node.name}"
        copy.attr.pop("_class", None)
        copy.input[:] = [f"^{name}/{tensor[1:]}" if tensor[:1] == "^" else f"{name}/{tensor}" for tensor in node.input]
