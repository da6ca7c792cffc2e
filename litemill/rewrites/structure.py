"""A graph as its rewrites see it: ops, edges, constants and shapes, never names."""

from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from litemill.graphs.cut import node_of
from litemill.graphs.flow import Flow
from litemill.graphs.found import PASSING, without_passing
from litemill.graphs.run import imported

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
        """Give the nodes of some ops, in the graph's order."""
        return [node for node in self.graph.node if node.op in ops]

    def source(self, node: NodeDef, index: int = 0) -> NodeDef:
        """Give the node that computes an input of `node`."""
        return self.flow.nodes[without_passing(self.flow, node_of(node.input[index]))]

    def sources(self, node: NodeDef) -> list[NodeDef]:
        """Give the nodes that compute the inputs of `node`."""
        return [self.source(node, index) for index in range(len(node.input))]

    def constant(self, node: NodeDef, index: int) -> Values | None:
        """Give an input of `node` where it is a constant."""
        source = self.source(node, index)
        return np.asarray(tf.make_ndarray(source.attr["value"].tensor)) if source.op == "Const" else None

    def tensor(self, name: str) -> tf.Tensor:
        """Give a tensor (`name` or `name:1`) as TensorFlow infers it: its type and its shape."""
        return self._imported.get_tensor_by_name(name if ":" in name else f"{name}:0")

    def shape(self, tensor: str) -> tuple[int, ...] | None:
        """Give the shape of a tensor where it is fixed."""
        shape = self.tensor(tensor).shape
        return tuple(shape.as_list()) if shape.is_fully_defined() else None

    def map_size(self, tensor: str) -> tuple[int, int] | None:
        """Give height and width of a feature map [n, height, width, channels] of fixed shape."""
        shape = self.shape(tensor)
        return (shape[1], shape[2]) if shape is not None and len(shape) == RANK else None

    def readers(self, name: str) -> set[str]:
        """Give the nodes that use what `name` computes; a node that only hands it out of the graph is one."""
        found: set[str] = set()
        for reader in self.flow.readers[name]:
            passed = self.readers(reader) if self.flow.op(reader) in PASSING else set()
            found |= passed or {reader}
        return found


def stride(node: NodeDef) -> int | None:
    """Give the stride of a convolution or pool [n, height, width, channels]; None where rows and columns differ."""
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
