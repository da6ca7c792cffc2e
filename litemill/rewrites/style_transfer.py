"""The whole style-transfer network, built anew from its own weights."""

from collections.abc import Iterator

import numpy as np
import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.rewrites.engine import Rewritten
from litemill.rewrites.mirror_pad import joined, line, mirrored
from litemill.rewrites.packing import PHASES, SIDE, Kernel, packed, strided, upsampled
from litemill.rewrites.styling import Style, normalized, styles
from litemill.rewrites.transfer_network import Conv, StyledConv, TransferNetwork, UnlikeError, read
from litemill.rewrites.upsampled_conv import EDGE, convolved

WIDE_PAD = ((0, 0), (4, 4), (4, 4), (0, 0))
PAD = ((0, 0), (1, 1), (1, 1), (0, 0))
PAD_AHEAD = ((0, 0), (1, 0), (1, 0), (0, 0))
PACKED_PAD = 2


def apply(graph: GraphDef) -> Rewritten:
    """Rewrite a graph that is a style-transfer network as a whole, at any width; leave any other as it is.

    Matched by its structure (`transfer_network`). It is faster since

    - its two 9x9 convolutions, of 3 and 8 channels, run on 2x2-packed maps as 5x5 ones of 12 and 32: registers are
      full, and XNNPACK's table of input rows takes a fourteenth of the memory. The head stays packed from the second
      convolution that expands to the picture: one DEPTH_TO_SPACE at the very end;
    - convolutions behind a resize run on the small map (`upsampled_conv`);
    - mirrored pads are slices (`mirror_pad`), so that the whole graph is one XNNPACK partition;
    - scale and shift of all normalizations are one convolution of the bottleneck, and are spread to a row where
      channels are few; on the large maps of the head, the variance is mean(y * y) - mean(y) ** 2. In the blocks it is
      not: their maps are small, and pictures with plain areas would lose up to 27 dB there.
    """
    try:
        network = read(graph)
    except UnlikeError as reason:
        return Rewritten(graph, 0, f"no style-transfer network: {reason}")
    return Rewritten(built(network), 1)


def built(network: TransferNetwork) -> GraphDef:
    """Build a style-transfer network; its inputs and its output have the names of the old graph."""
    graph = tf.Graph()
    channels, width = network.contract[0].kernel.shape[2], network.expand[0].scale.kernel.shape[2]
    with graph.as_default():
        content = tf.compat.v1.placeholder(tf.float32, (1, *network.size, channels), network.content)
        bottleneck = tf.compat.v1.placeholder(tf.float32, (1, 1, 1, width), network.bottleneck)
        with tf.name_scope("rewritten"):
            picture = _picture(content, bottleneck, network)
        tf.identity(picture, network.output)
    return graph.as_graph_def()


def _picture(content: tf.Tensor, bottleneck: tf.Tensor, network: TransferNetwork) -> tf.Tensor:
    """Stylize a picture [1, height, width, channels].

    The scopes are those of Magenta's own graph, so that a recipe that tells operators by their names fits both.
    """
    blocks = network.residual
    with tf.name_scope("style_params"):
        given = iter(styles(bottleneck, [conv for block in blocks for conv in block] + list(network.expand)))
    values = _contracted(content, network.contract)
    for number, (first, second) in enumerate(blocks, 1):
        with tf.name_scope(f"residual/residual{number}/conv1"):
            inner = normalized(_conv(mirrored(values, PAD), first.kernel), next(given), by_squares=False)
            inner = tf.nn.relu(inner)
        with tf.name_scope(f"residual/residual{number}/conv2"):
            values += normalized(_conv(mirrored(inner, PAD), second.kernel), next(given), by_squares=False)
    return _expanded(values, network.expand, given)


def _contracted(content: tf.Tensor, convs: tuple[Conv, Conv, Conv]) -> tf.Tensor:
    """Contract a picture to a quarter of its size; the first map stays packed."""
    first, second, third = convs
    with tf.name_scope("contract/conv1"):
        blocks = tf.nn.space_to_depth(mirrored(content, WIDE_PAD), 2)
        values = _activated(blocks, packed(first.kernel), np.tile(first.bias, PHASES))
    with tf.name_scope("contract/conv2"):
        for axis in (1, 2):
            # the pixel ahead of the first is the second: the first block's last, as the missing block's would be
            values = tf.concat([line(values, axis, 0), values], axis)
        values = _activated(values, strided(second.kernel), second.bias)
    with tf.name_scope("contract/conv3"):
        return _activated(mirrored(values, PAD_AHEAD), third.kernel, third.bias, 2)


def _expanded(values: tf.Tensor, convs: tuple[StyledConv, StyledConv, StyledConv], given: Iterator[Style]) -> tf.Tensor:
    """Expand a map to four times its size; the second and the third map stay packed."""
    first, second, third = convs
    with tf.name_scope("expand/conv1"):
        values = tf.nn.relu(normalized(convolved(values, first.kernel), next(given)))
    with tf.name_scope("expand/conv2"):
        values = _conv(mirrored(values, EDGE, repeated=True), upsampled(second.kernel))
        values = tf.nn.relu(normalized(values, next(given), PHASES))
    with tf.name_scope("expand/conv3"):
        values = _conv(packed_mirrored(values, PACKED_PAD), packed(third.kernel))
        return tf.nn.depth_to_space(tf.sigmoid(normalized(values, next(given), PHASES)), 2)


def packed_mirrored(values: tf.Tensor, blocks: int) -> tf.Tensor:
    """Pad a packed map by reflection, as 2 * `blocks` pixels on each side of the map would be.

    Of a missing block, the pixel with an even number stands in the block as far on the other side, that with an odd
    number in the one before it: a line of phases from two lines of blocks.
    """
    for axis in (2, 1):
        last = values.shape[axis] - 1
        ahead = [_mixed(values, axis, block, block - 1) for block in range(blocks, 0, -1)]
        behind = [_mixed(values, axis, last - block, last - block - 1) for block in range(blocks)]
        values = joined([joined(ahead, axis), values, joined(behind, axis)], axis)
    return values


def _mixed(values: tf.Tensor, axis: int, even: int, odd: int) -> tf.Tensor:
    """Return a line of blocks with the even phases along an axis from one line, the odd ones from another."""
    lines = line(values, axis, even), line(values, axis, odd)
    phases = SIDE if axis == 1 else PHASES
    channels = values.shape[3] // phases
    # slices, no split: the converter quantizes a split that is read in part now this way, now that
    parts = [
        tf.slice(lines[number % 2], (0, 0, 0, number * channels), (*lines[0].shape[:3], channels))
        for number in range(phases)
    ]
    return tf.concat(parts, 3)


def _activated(values: tf.Tensor, kernel: Kernel, bias: Kernel, stride: int = 1) -> tf.Tensor:
    return tf.nn.relu(tf.nn.bias_add(_conv(values, kernel, stride), bias))


def _conv(values: tf.Tensor, kernel: Kernel, stride: int = 1) -> tf.Tensor:
    return tf.nn.conv2d(values, kernel, stride, "VALID")
