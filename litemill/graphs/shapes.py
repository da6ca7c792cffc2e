"""Another input size for a graph whose inner constants were written for one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from litemill.graphs.cut import node_of
from litemill.ground.errors import GraphError

Size = tuple[int, int]


Values = npt.NDArray[Any]


def resize(graph: GraphDef, old: Size, new: Size) -> GraphDef:
    """Rewrite the constants of a cut graph that follow from its input size.

    A feature map of stride s has ceil(size / s) rows. Resizes to a fixed size, pools over a whole feature map, and the
    paddings of dilated convolutions (SpaceToBatchND ... BatchToSpaceND) are mapped from the old size to the new one.

    Parameters
    ----------
    graph
        A cut graph whose placeholders have the old size.
    old, new
        Height and width, in pixels.
    """
    result = GraphDef()
    result.CopyFrom(graph)
    if old == new:
        return result
    follow = _follower(old, new)
    maps = _feature_maps(graph)
    constants = _Constants(result)
    for node in list(result.node):
        if node.op == "Placeholder":
            _resize_placeholder(node, old, new)
        elif node.op in ("ResizeBilinear", "ResizeNearestNeighbor"):
            size = constants.get(node, 1)
            if size is not None:
                constants.put(node, 1, np.array([follow(int(side), axis) for axis, side in enumerate(size)]))
        elif node.op in ("AvgPool", "MaxPool"):
            _resize_pool(node, maps[node_of(node.input[0])], follow)
        elif node.op == "SpaceToBatchND":
            _resize_dilation(constants, node, maps[node_of(node.input[0])], follow)
    return result


class _Constants:
    """A graph's constants, read and replaced a use at a time, since nodes may share one."""

    def __init__(self, graph: GraphDef) -> None:
        self.graph = graph
        self.nodes = {node.name: node for node in graph.node}

    def get(self, node: NodeDef, index: int) -> Values | None:
        """Return a node's input where it is a constant."""
        source = self.nodes[node_of(node.input[index])]
        return tf.make_ndarray(source.attr["value"].tensor) if source.op == "Const" else None

    def put(self, node: NodeDef, index: int, value: Values) -> None:
        """Return a node a constant of its own."""
        old = self.nodes[node_of(node.input[index])]
        name = f"{node.name}/resized_{index}"
        # there already where the graph was resized before
        new = self.nodes.get(name) or self.graph.node.add(name=name, op="Const")
        new.attr["dtype"].type = old.attr["dtype"].type
        new.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value, dtype=old.attr["dtype"].type))
        node.input[index] = new.name


def output_shape(graph: GraphDef, output: str) -> tuple[int, ...]:
    """Infer the shape of a node's first output; GraphError where the graph does not fit together."""
    shape = _inferred(graph).get_tensor_by_name(f"{output}:0").shape
    if not shape.is_fully_defined():
        raise GraphError(f"the shape of {output!r} is not fixed", got=shape, remedy="give every input a fixed shape")
    return tuple(shape.as_list())


def _follower(old: Size, new: Size) -> Callable[[int, int], int]:
    """Map a feature map's rows (axis 0) or columns (axis 1) from the old input size to the new one."""

    def follow(side: int, axis: int) -> int:
        for stride in (1, 2, 4, 8, 16, 32, 64):
            if -(-old[axis] // stride) == side:
                return -(-new[axis] // stride)
        raise GraphError(
            f"a feature map of {side} does not follow from an input of {old[axis]}",
            expected="the input size divided by a power of two",
            remedy=f"keep the input at {old[0]}x{old[1]}",
        )

    return follow


def _inferred(graph: GraphDef) -> tf.Graph:
    imported = tf.Graph()
    try:
        with imported.as_default():
            tf.import_graph_def(graph, name="")
    except (ValueError, tf.errors.OpError) as error:
        raise GraphError(
            "the graph does not fit together", got=error, remedy="choose another input size or cut"
        ) from None
    return imported


def _feature_maps(graph: GraphDef) -> dict[str, Size]:
    """Return rows and columns of every node's first output that is a feature map."""
    found = {}
    for operation in _inferred(graph).get_operations():
        shape = operation.outputs[0].shape if operation.outputs else None
        if shape is not None and shape.rank == 4 and shape.is_fully_defined():  # noqa: PLR2004  batch, rows, columns, channels
            found[operation.name] = (int(shape[1]), int(shape[2]))
    return found


def _resize_placeholder(node: NodeDef, old: Size, new: Size) -> None:
    dims = node.attr["shape"].shape.dim
    if (dims[1].size, dims[2].size) == old:
        dims[1].size, dims[2].size = new


def _resize_pool(node: NodeDef, side: Size, follow: Callable[[int, int], int]) -> None:
    """Let a pool over a whole feature map stay one."""
    kernel = node.attr["ksize"].list.i
    if tuple(kernel[1:3]) != side:
        return
    for axis in (0, 1):
        for name in ("ksize", "strides"):
            node.attr[name].list.i[axis + 1] = follow(side[axis], axis)


def _resize_dilation(constants: _Constants, node: NodeDef, side: Size, follow: Callable[[int, int], int]) -> None:
    """Recompute what pads a feature map to a multiple of the dilation rate, and what crops it again."""
    nodes = constants.nodes
    after = [
        other
        for other in nodes.values()
        if other.op == "BatchToSpaceND" and node_of(nodes[node_of(other.input[0])].input[0]) == node.name
    ]
    rates, pads = constants.get(node, 1), constants.get(node, 2)
    crops = constants.get(after[0], 2) if len(after) == 1 else None
    if rates is None or pads is None or crops is None:
        raise GraphError(
            f"{node.name}: is no dilated convolution with constant paddings",
            remedy="keep the original input size",
        )
    base = pads - crops
    extra = [-(follow(side[axis], axis) + int(base[axis].sum())) % int(rates[axis]) for axis in (0, 1)]
    spare = np.array([[0, extra[0]], [0, extra[1]]])
    constants.put(node, 2, base + spare)
    constants.put(after[0], 2, spare)


# no network here has a larger stride
STRIDE = 64


def nearest(works: Callable[[Size], bool], wanted: Size, known: Size) -> Size:
    """Return the size nearest to one that does not work.

    Parameters
    ----------
    works
        Tells whether a size does.
    wanted
        Height and width, in pixels, that do not.
    known
        A size that works: each side is sought beside the other one's, and it is the answer where none is nearer.
    """
    height = _side(lambda side: works((side, known[1])), wanted[0], known[0])
    width = _side(lambda side: works((known[0], side)), wanted[1], known[1])
    return (height, width) if works((height, width)) else known


def _side(works: Callable[[int], bool], wanted: int, known: int) -> int:
    steps = sorted(range(-STRIDE, STRIDE + 1), key=abs)
    return next((wanted + step for step in steps if wanted + step > 0 and works(wanted + step)), known)


def multiple(size: Size) -> Size:
    """Return the next size that every stride divides."""
    return -(-size[0] // STRIDE) * STRIDE, -(-size[1] // STRIDE) * STRIDE
