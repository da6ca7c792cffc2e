"""An average pool over a whole map as a mean."""

import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from litemill.rewrites.engine import Replacement, Rewritten, Structure, is_channels_last, replaced


def apply(graph: GraphDef) -> Rewritten:
    """Rewrite every AvgPool whose window is its whole map to MEAN over rows and columns, both kept as 1.

    It is faster in int8: AVERAGE_POOL_2D must give its input's scale and, with a window this large, runs outside
    XNNPACK; MEAN has a scale of its own, which also makes it truer.
    """
    structure = Structure(graph)
    found = [
        Replacement(node.name, (node.input[0],), mean) for node in structure.of("AvgPool") if _is_whole(structure, node)
    ]
    return replaced(structure, found, "no average pool over a whole map")


def mean(values: tf.Tensor) -> tf.Tensor:
    """Return the mean [n, 1, 1, channels] of a map."""
    return tf.reduce_mean(values, [1, 2], keepdims=True)


def _is_whole(structure: Structure, node: NodeDef) -> bool:
    """Tell whether a pool's one window is its map: then it pads nothing, either."""
    window = tuple(node.attr["ksize"].list.i)
    size = structure.map_size(node.input[0])
    return (
        is_channels_last(node)
        and size is not None
        and window == (1, *size, 1)
        and structure.map_size(node.name) == (1, 1)
    )
