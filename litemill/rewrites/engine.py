"""A graph as its rewrites see it, and how they change it: ops, edges, constants and shapes, never names."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from litemill.graphs.cut import node_of
from litemill.graphs.flow import Flow, reached
from litemill.graphs.graph import PASSING, without_passing
from litemill.graphs.run import imported
from litemill.ground.errors import GraphError

Values = npt.NDArray[Any]


ADDITIONS = ("Add", "AddV2", "BiasAdd")


RANK = 4


class Structure:
    """The structure of a cut graph; nodes that hand on what they are given are looked through.

    Parameters
    ----------
    graph
        A cut, frozen graph.

    Raises
    ------
    GraphError
        It does not fit together.
    """

    def __init__(self, graph: GraphDef) -> None:
        self.graph = graph
        self.flow = Flow(graph)
        self._imported = imported(graph)

    def of(self, *ops: str) -> list[NodeDef]:
        """Return the nodes of some ops, in the graph's order."""
        return [node for node in self.graph.node if node.op in ops]

    def source(self, node: NodeDef, index: int = 0) -> NodeDef:
        """Return the node that computes an input of `node`."""
        return self.flow.nodes[without_passing(self.flow, node_of(node.input[index]))]

    def sources(self, node: NodeDef) -> list[NodeDef]:
        """Return the nodes that compute the inputs of `node`."""
        return [self.source(node, index) for index in range(len(node.input))]

    def constant(self, node: NodeDef, index: int) -> Values | None:
        """Return an input of `node` where it is a constant."""
        source = self.source(node, index)
        return np.asarray(tf.make_ndarray(source.attr["value"].tensor)) if source.op == "Const" else None

    def tensor(self, name: str) -> tf.Tensor:
        """Return a tensor (`name` or `name:1`) as TensorFlow infers it: its type and its shape."""
        return self._imported.get_tensor_by_name(name if ":" in name else f"{name}:0")

    def shape(self, tensor: str) -> tuple[int, ...] | None:
        """Return the shape of a tensor where it is fixed."""
        shape = self.tensor(tensor).shape
        return tuple(shape.as_list()) if shape.is_fully_defined() else None

    def map_size(self, tensor: str) -> tuple[int, int] | None:
        """Return height and width of a feature map [n, height, width, channels] of fixed shape."""
        shape = self.shape(tensor)
        return (shape[1], shape[2]) if shape is not None and len(shape) == RANK else None

    def readers(self, name: str) -> set[str]:
        """Return the nodes that use what `name` computes; a node that only hands it out of the graph is one."""
        found: set[str] = set()
        for reader in self.flow.readers[name]:
            passed = self.readers(reader) if self.flow.op(reader) in PASSING else set()
            found |= passed or {reader}
        return found


def stride(node: NodeDef) -> int | None:
    """Return the stride of a convolution or pool [n, height, width, channels]; None where rows and columns differ."""
    strides = list(node.attr["strides"].list.i)
    one = len(strides) == RANK and strides[0] == strides[3] == 1 and strides[1] == strides[2]
    return strides[1] if one and is_channels_last(node) else None


def is_plain_conv(node: NodeDef) -> bool:
    """Tell whether a node is a convolution that neither pads nor dilates."""
    dilations = list(node.attr["dilations"].list.i)
    return (
        node.op == "Conv2D" and node.attr["padding"].s == b"VALID" and is_channels_last(node) and set(dilations) <= {1}
    )


def is_channels_last(node: NodeDef) -> bool:
    """Tell whether a node's maps are [n, height, width, channels]."""
    return node.attr["data_format"].s in (b"", b"NHWC")


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
    """Return a node's input in its place: the node is left out."""
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
    """Return the nodes of a replacement, wired into the graph."""
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


NORMS = ("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3")


class Affine(NamedTuple):
    """What follows a convolution, a channel: times `scale`, plus `shift`; `node` gives it."""

    node: str
    scale: Values
    shift: Values


def is_pointwise(structure: Structure, conv: NodeDef, kernel: Values) -> bool:
    """Tell whether a convolution gives each pixel of its map one, of all its channels: not in groups."""
    shape = structure.shape(conv.input[0])
    whole = shape is not None and shape[-1] == kernel.shape[2]
    return whole and kernel.shape[:2] == (1, 1) and stride(conv) == 1 and conv.attr["padding"].s != b"EXPLICIT"


def affine(structure: Structure, conv: NodeDef, channels: int) -> Affine:
    """Return the batch normalization or the bias that alone reads a convolution; else the convolution."""
    alone = Affine(conv.name, np.ones(channels, np.float32), np.zeros(channels, np.float32))
    readers = structure.readers(conv.name)
    node = structure.flow.nodes[min(readers)] if len(readers) == 1 else conv
    if node.op not in ("BiasAdd", *NORMS) or node_of(node.input[0]) != conv.name or not is_channels_last(node):
        return alone
    found = [structure.constant(node, index) for index in range(1, len(node.input))]
    constants = [one for one in found if one is not None and one.shape == (channels,)]
    if len(constants) != len(found):
        return alone
    if node.op == "BiasAdd":
        return Affine(node.name, alone.scale, constants[0])
    known = structure.tensor(node.name).op  # the node itself leaves out what is by default
    if known.get_attr("is_training"):
        return alone
    gamma, beta, mean, variance = (one.astype(np.float64) for one in constants)
    scale = gamma / np.sqrt(variance + known.get_attr("epsilon"))
    return Affine(node.name, scale.astype(np.float32), (beta - mean * scale).astype(np.float32))
