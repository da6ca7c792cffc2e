"""A convolution on a map made twice as large, computed on the small map."""

from functools import partial

import numpy as np
import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from litemill.rewrites.engine import Replacement, Rewritten, Structure, is_plain_conv, replaced, stride
from litemill.rewrites.mirror_pad import frame, mirrored
from litemill.rewrites.packing import Kernel, upsampled_between

EDGE = ((0, 0), (1, 1), (1, 1), (0, 0))
SIZE = 3


def apply(graph: GraphDef) -> Rewritten:
    """Rewrite a nearest-neighbour resize to twice the size, a mirrored pad of 1 pixel and a 3x3 convolution.

    Each pixel of the large map sees 2x2 pixels of the small one, with sums of the taps: an edge pad, a 2x2 convolution
    with four times the outputs, DEPTH_TO_SPACE, and a slice. It is faster since there are 4/9 of the products, since
    nothing of four times the size is padded or read by the convolution, and since XNNPACK has no
    RESIZE_NEAREST_NEIGHBOR, which ends a partition.
    """
    structure = Structure(graph)
    found = []
    for node in structure.of("Conv2D"):
        kernel, small = _matched(structure, node)
        if kernel is not None:
            found.append(Replacement(node.name, (small,), partial(convolved, kernel=kernel)))
    return replaced(structure, found, "no 3x3 convolution behind a nearest-neighbour resize to twice the size")


def convolved(small: tf.Tensor, kernel: Kernel) -> tf.Tensor:
    """Convolve what `small` would be at twice its size; `kernel` is [3, 3, inputs, outputs]."""
    batch, height, width, _ = small.shape
    blocks = tf.nn.conv2d(mirrored(small, EDGE, repeated=True), upsampled_between(kernel), 1, "VALID")
    large = tf.nn.depth_to_space(blocks, 2)
    # a pixel too many is around it
    return tf.slice(large, [0, 1, 1, 0], [batch, 2 * height, 2 * width, large.shape[3]])


def doubled(structure: Structure, node: NodeDef) -> bool:
    """Tell whether a node repeats each pixel of a map in 2x2."""
    if node.op != "ResizeNearestNeighbor" or node.attr["align_corners"].b:
        return False
    small, large = structure.map_size(node.input[0]), structure.map_size(node.name)
    return small is not None and large == (2 * small[0], 2 * small[1])


def _matched(structure: Structure, node: NodeDef) -> tuple[Kernel | None, str]:
    """Return the kernel of a convolution and the tensor of the small map, where the structure is the one wanted."""
    if not is_plain_conv(node) or stride(node) != 1:
        return None, ""
    kernel, pad = structure.constant(node, 1), structure.source(node)
    # mirrored on or behind the outermost pixel is the same here: that pixel stands there twice
    if kernel is None or kernel.shape[:2] != (SIZE, SIZE) or frame(structure, pad) != 1:
        return None, ""
    resize = structure.source(pad)
    return (np.asarray(kernel, np.float32), resize.input[0]) if doubled(structure, resize) else (None, "")
