"""Nodes of a graph replaced by others that give the same values."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from litemill.core.errors import GraphError
from litemill.graphs.cut import node_of
from litemill.graphs.flow import Flow, reached
from litemill.rewrites.structure import Structure

PLACE = "rewritten"


class Rewritten(NamedTuple):
    """What a rewrite made of a graph.

    Parameters
    ----------
    graph
        The new graph; the old one where nothing was replaced.
    places
        How many places were rewritten.
    note
        Why none was; empty where some were.
    """

    graph: GraphDef
    places: int
    note: str = ""


class Replacement(NamedTuple):
    """A node, the tensors that take the place of its inputs, and what computes its value from them."""

    node: str
    inputs: tuple[str, ...]
    compute: Callable[..., tf.Tensor]


def itself(tensor: tf.Tensor) -> tf.Tensor:
    """Give a node's input in its place: the node is left out."""
    return tensor


def replaced(structure: Structure, replacements: Sequence[Replacement], none: str) -> Rewritten:
    """Put new nodes in the place of others, and leave out what nothing reads any more.

    Parameters
    ----------
    structure
        Of the graph.
    replacements
        At most one a node; those of tensors whose shape is open are left out. A new node takes the old one's name, so
        that its readers find it.
    none
        What to say where there are no replacements.
    """
    fixed = [one for one in replacements if all(map(structure.shape, (one.node, *one.inputs)))]
    if not fixed:
        return Rewritten(structure.graph, 0, none)
    pieces = {one.node: _piece(structure, one) for one in fixed}
    graph = structure.graph
    result = GraphDef(versions=graph.versions, library=graph.library)
    for node in graph.node:
        result.node.extend(pieces.get(node.name, [node]))
    return Rewritten(_needed(result, structure), len(fixed))


def _piece(structure: Structure, replacement: Replacement) -> list[NodeDef]:
    """Give the nodes of a replacement, wired into the graph."""
    name = replacement.node
    part = tf.Graph()
    with part.as_default():
        tensors = [structure.tensor(tensor) for tensor in replacement.inputs]
        inputs = [tf.compat.v1.placeholder(tensor.dtype, tensor.shape) for tensor in tensors]
        output = replacement.compute(*inputs)
    if tuple(output.shape.as_list()) != structure.shape(name):
        raise GraphError(f"{name}: rewritten to another shape", expected=structure.shape(name),
                         got=output.shape, remedy="report it; leave the rewrite out of params.yaml")  # fmt: skip
    wires = {placeholder.op.name: tensor for placeholder, tensor in zip(inputs, replacement.inputs, strict=True)}
    nodes = [node for node in part.as_graph_def().node if node.name not in wires]
    wires |= {node.name: f"{name}/{PLACE}/{node.name}" for node in nodes}
    for node in nodes:
        node.name = wires[node.name]
        node.input[:] = [wires[node_of(tensor)] for tensor in node.input]
    last = NodeDef(name=name, op="Identity", input=[wires[output.op.name]])
    last.attr["T"].type = output.dtype.as_datatype_enum
    return [*nodes, last]


def _needed(graph: GraphDef, old: Structure) -> GraphDef:
    """Leave out the nodes that neither come in, nor reach what left the old graph."""
    ends = [name for name, readers in old.flow.readers.items() if not readers]
    needed = reached(Flow(graph).inputs, ends)
    kept = [node for node in graph.node if node.name in needed or node.op == "Placeholder"]
    return GraphDef(node=kept, versions=graph.versions, library=graph.library)
