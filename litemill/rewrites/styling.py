"""Normalization whose scale and shift come of a style, in the form that XNNPACK runs fastest."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from litemill.rewrites.transfer_network import StyledConv

# XNNPACK calls a kernel a pixel where it broadcasts over few channels; up to this many, a row at a time is faster
FEW_CHANNELS = 24


class Style(NamedTuple):
    """Scale and shift [1, 1, 1, channels] of one normalization, and what keeps it from a division by zero."""

    scale: tf.Tensor
    shift: tf.Tensor
    epsilon: float


def styles(bottleneck: tf.Tensor, convs: Sequence[StyledConv]) -> list[Style]:
    """Compute the styles of all convolutions from the bottleneck [1, 1, 1, n] by one convolution, then slice it."""
    parts = [part for conv in convs for part in (conv.scale, conv.shift)]
    kernel = np.concatenate([part.kernel for part in parts], axis=3)
    whole = tf.nn.bias_add(tf.nn.conv2d(bottleneck, kernel, 1, "VALID"), np.concatenate([part.bias for part in parts]))
    sizes = [len(part.bias) for part in parts]
    starts = np.cumsum([0, *sizes[:-1]])
    slices = [tf.slice(whole, [0, 0, 0, start], [1, 1, 1, size]) for start, size in zip(starts, sizes, strict=True)]
    return [
        Style(scale, shift, conv.epsilon) for scale, shift, conv in zip(slices[::2], slices[1::2], convs, strict=True)
    ]


def normalized(values: tf.Tensor, style: Style, phases: int = 1, *, by_squares: bool = True) -> tf.Tensor:
    """Normalize a map over its rows and columns, and give it a style's scale and shift.

    Parameters
    ----------
    values
        [1, height, width, phases * channels].
    style
        Of `channels`.
    phases
        How many pixels lie in one position; they are of one statistic.
    by_squares
        Whether the variance is mean(y * y) - mean(y) ** 2, not mean((y - mean(y)) ** 2): it saves a pass over the map
        and costs digits where a map hardly varies about a large mean.
    """
    mean = _over_phases(_mean(values), phases)
    if by_squares:
        # roundings must not make it negative
        variance = tf.nn.relu(_over_phases(_mean(values * values), phases) - mean * mean)
    else:
        apart = tf.math.squared_difference(values, _wide(mean, values, phases))
        variance = _over_phases(_mean(apart), phases)
    factor = tf.math.rsqrt(variance + style.epsilon) * style.scale
    moved = style.shift - mean * factor
    return values * _wide(factor, values, phases) + _wide(moved, values, phases)


def _mean(values: tf.Tensor) -> tf.Tensor:
    """Return the mean over rows and columns; by two ops where channels are few."""
    if values.shape[3] > FEW_CHANNELS:
        return tf.reduce_mean(values, [1, 2], keepdims=True)
    return tf.reduce_mean(tf.reduce_mean(values, [1], keepdims=True), [2], keepdims=True)


def _over_phases(means: tf.Tensor, phases: int) -> tf.Tensor:
    """Join the means of the phases."""
    if phases == 1:
        return means
    apart = tf.reshape(means, [1, 1, phases, means.shape[3] // phases])
    return tf.reduce_mean(apart, [2], keepdims=True)


def _wide(vector: tf.Tensor, values: tf.Tensor, phases: int) -> tf.Tensor:
    """Return a vector to every phase, and to a whole row where channels are few."""
    vector = tf.concat([vector] * phases, 3) if phases > 1 else vector
    if values.shape[3] > FEW_CHANNELS:
        return vector
    # of one pixel, a resize gives copies; a product with ones as wide is refused by the GPU delegate's rules
    return tf.raw_ops.ResizeBilinear(images=vector, size=[1, values.shape[2]])
