"""Two 1x1 convolutions with nothing but channel factors or an average between them as one."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from litemill.rewrites.engine import (
    Affine,
    Replacement,
    Rewritten,
    Structure,
    Values,
    affine,
    is_channels_last,
    is_pointwise,
    itself,
    replaced,
)
from litemill.rewrites.whole_pool import mean


class Second(NamedTuple):
    """A convolution behind a first one, its kernel, and the node of an average between the two, if there is one."""

    conv: NodeDef
    kernel: Values
    pool: NodeDef | None


def apply(graph: GraphDef) -> Rewritten:
    """Rewrite every 1x1 convolution that has no activation into the 1x1 convolutions that read it, where that pays.

    The product of their kernels is one kernel; a bias or a batch normalization between them goes into it, and an
    average over pixels can as well be taken ahead. It pays where the multiply-adds fall: behind a narrow map they would
    grow. MobileNetV2's last projection, which DeepLab's two branches read, is such a one.
    """
    structure = Structure(graph)
    taken: set[str] = set()
    found: list[Replacement] = []
    for conv in structure.of("Conv2D"):
        kernel = structure.constant(conv, 1)
        if conv.name in taken or kernel is None or not is_pointwise(structure, conv, kernel):
            continue
        first = affine(structure, conv, kernel.shape[3])
        behind = _seconds(structure, first.node)
        if behind and taken.isdisjoint(one.conv.name for one in behind) and _pays(structure, conv, kernel, behind):
            taken |= {conv.name, *(one.conv.name for one in behind)}
            found += _replacements(conv, kernel, first, behind)
    return replaced(structure, found, "no two 1x1 convolutions that are cheaper as one")


def _seconds(structure: Structure, name: str) -> list[Second]:
    """Return the 1x1 convolutions that read a node, itself or its average; none where anything else does."""
    found: list[Second | None] = []
    for reader in sorted(structure.readers(name)):
        node = structure.flow.nodes[reader]
        if _is_average(structure, node):
            found += [_second(structure, one, node) for one in sorted(structure.readers(reader))]
        else:
            found.append(_second(structure, reader, None))
    seconds = [one for one in found if one is not None]
    return seconds if len(seconds) == len(found) else []


def _second(structure: Structure, name: str, pool: NodeDef | None) -> Second | None:
    node = structure.flow.nodes[name]
    kernel = structure.constant(node, 1) if node.op == "Conv2D" else None
    return Second(node, kernel, pool) if kernel is not None and is_pointwise(structure, node, kernel) else None


def _is_average(structure: Structure, node: NodeDef) -> bool:
    """Tell whether a node takes averages over pixels, channel by channel, and leaves a map."""
    if node.op == "AvgPool":
        return is_channels_last(node)
    axes = structure.constant(node, 1) if node.op == "Mean" else None
    return bool(axes is not None and node.attr["keep_dims"].b and set(axes.ravel()) == {1, 2})


def _pays(structure: Structure, conv: NodeDef, kernel: Values, behind: list[Second]) -> bool:
    """Tell whether there are fewer multiply-adds with the first kernel in the others."""
    depth, width = kernel.shape[2:]
    sizes = [structure.map_size(name) for name in (conv.name, *(one.conv.name for one in behind))]
    if None in sizes:
        return False
    pixels, *others = (int(np.prod(size)) for size in sizes if size)
    outputs = sum(count * one.kernel.shape[3] for count, one in zip(others, behind, strict=True))
    return bool(outputs * depth < pixels * depth * width + outputs * width)


def _replacements(conv: NodeDef, kernel: Values, first: Affine, behind: list[Second]) -> Iterator[Replacement]:
    """Return what takes the place of each convolution behind the first."""
    scaled, shift = kernel.astype(np.float64) * first.scale, first.shift.astype(np.float64)
    for one in behind:
        joined = (scaled @ one.kernel).astype(kernel.dtype)
        moved = (shift @ one.kernel[0, 0]).astype(kernel.dtype)
        yield Replacement(one.conv.name, (conv.input[0],), _compute(joined, moved, _average(one.pool)))


def _compute(kernel: Values, shift: Values, average: Callable[[tf.Tensor], tf.Tensor]) -> Callable[..., tf.Tensor]:
    return lambda values: tf.nn.bias_add(tf.nn.conv2d(average(values), kernel, 1, "SAME"), shift)


def _average(pool: NodeDef | None) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return what takes the same average of another map."""
    if pool is None:
        return itself
    if pool.op == "Mean":
        return mean
    window, strides = (list(pool.attr[name].list.i) for name in ("ksize", "strides"))
    return lambda values: tf.nn.avg_pool2d(values, window, strides, pool.attr["padding"].s.decode())
