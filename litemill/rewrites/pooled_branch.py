"""A pooled branch added behind a 1x1 convolution, where it was spread over the map and joined ahead of it."""

import numpy as np
import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from litemill.rewrites import engine
from litemill.rewrites.engine import RANK, Replacement, Rewritten, Structure, replaced
from litemill.rewrites.equal_resize import RESIZES


def apply(graph: GraphDef) -> Rewritten:
    """Rewrite every 1x1 convolution of a concatenation with a map of one pixel that was resized to the others' size.

    What it gives for that pixel is the same everywhere: it is computed once, and added to what the convolution gives
    for the others. That saves the pixel's share of the multiply-adds, the resize and the concatenation. DeepLab's image
    pooling is such a branch. A batch normalization or a bias behind the convolution goes into the weights, so that an
    activation can be fused into the addition.
    """
    structure = Structure(graph)
    found = [one for node in structure.of("Conv2D") if (one := _replacement(structure, node)) is not None]
    return replaced(structure, found, "no 1x1 convolution of a concatenation with a map of one pixel")


def _replacement(structure: Structure, conv: NodeDef) -> Replacement | None:
    """Return what takes the place of a convolution and of what scales it, or None where it is another."""
    joined, kernel = structure.source(conv), structure.constant(conv, 1)
    if joined.op != "ConcatV2" or kernel is None or not engine.is_pointwise(structure, conv, kernel):
        return None
    maps = list(joined.input[:-1])
    axis, shapes = structure.constant(joined, len(maps)), [structure.shape(tensor) for tensor in maps]
    if axis is None or int(axis) % RANK != RANK - 1 or any(shape is None or len(shape) != RANK for shape in shapes):
        return None
    ends = np.cumsum([shape[-1] for shape in shapes if shape])
    pixels = [_pixel(structure, structure.source(joined, index)) for index in range(len(maps))]
    spread = [index for index, pixel in enumerate(pixels) if pixel]
    if len(spread) != 1 or len(maps) == 1:
        return None
    (at,) = spread
    others = [index for index in range(len(maps)) if index != at]
    after = engine.affine(structure, conv, kernel.shape[3])
    parts = np.split(kernel * after.scale, ends[:-1], axis=2)
    rest = np.concatenate([parts[index] for index in others], axis=2)

    def compute(one: tf.Tensor, *tensors: tf.Tensor) -> tf.Tensor:
        once = tf.nn.bias_add(tf.nn.conv2d(one, parts[at], 1, "SAME"), after.shift)
        whole = tensors[0] if len(tensors) == 1 else tf.concat(tensors, axis=3)
        return tf.nn.conv2d(whole, rest, 1, "SAME") + once

    return Replacement(after.node, (str(pixels[at]), *(maps[index] for index in others)), compute)


def _pixel(structure: Structure, node: NodeDef) -> str | None:
    """Return the map of one pixel that a node spreads over a larger one, or None."""
    if node.op not in RESIZES or node.attr["T"].type != tf.float32.as_datatype_enum:
        return None
    return str(node.input[0]) if structure.map_size(node.input[0]) == (1, 1) else None
