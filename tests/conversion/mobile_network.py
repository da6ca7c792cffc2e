"""A small network with the kinds of convolutions that are refitted, and smooth pictures for it."""

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from litemill.records.base import Tensor

SHAPE = (1, 33, 33, 3)
INPUTS = (Tensor("image", "image", SHAPE, "float32"),)
OUTPUT = "logits"
Pictures = npt.NDArray[np.float32]


def network(*, ruined: bool = False) -> bytes:
    """Return a graph like a small MobileNetV2: a strided stem, residual blocks, a dilated one, a mean, a last layer.

    Where it is `ruined`, the last layer has very large weights for a channel that is always 0: its int8 scales are lost
    on them.
    """
    random = np.random.default_rng(0)

    def conv(values: tf.Tensor, outputs: int, stride: int = 1, side: int = 1, first: float = 1) -> tf.Tensor:
        shape = (side, side, values.shape[3], outputs)
        # inputs of very different weight to each output: what makes int8 hard
        weights = random.normal(0, 0.5, shape) * np.exp(random.normal(0, 1, shape)) / np.sqrt(np.prod(shape[:-1]))
        weights[:, :, 0] *= first
        padding = "SAME" if stride > 1 or side == 1 else "VALID"
        return tf.nn.conv2d(values, np.float32(weights), stride, padding) + np.float32(random.normal(0, 0.5, outputs))

    def depthwise(values: tf.Tensor, dilation: int) -> tf.Tensor:
        weights = np.float32(random.normal(0, 0.5, (3, 3, values.shape[3], 1)))
        return tf.nn.depthwise_conv2d(values, weights, [1, 1, 1, 1], "SAME", dilations=[dilation, dilation])

    with tf.Graph().as_default() as graph:
        image = tf.compat.v1.placeholder(tf.float32, SHAPE, name="image")
        found = conv(image, 8, stride=2, side=3)
        for dilation in (1, 1, 2):
            wide = tf.nn.relu6(conv(found, 96))
            found = found + conv(tf.nn.relu6(depthwise(wide, dilation)), 8)
        whole = tf.nn.relu(conv(found, 24, side=3) - np.array([1e3 * ruined, *[0] * 23], np.float32))
        pooled = tf.reduce_mean(whole, [1, 2], keepdims=True)
        tf.identity(conv(whole + pooled, 5, first=100 if ruined else 1), name=OUTPUT)
    return bytes(graph.as_graph_def().SerializeToString(deterministic=True))


def pictures(count: int, seed: int) -> dict[str, Pictures]:
    """Return smooth pictures [count, 33, 33, 3] between -1 and 1: neighbours and channels alike, as in photos."""
    random = np.random.default_rng(seed)
    coarse = random.normal(0, 1, (count, 6, 6, 3)) + random.normal(0, 1, (count, 6, 6, 1))
    smooth = np.asarray(tf.image.resize(coarse, SHAPE[1:3], "bicubic"))
    return {"image": np.tanh(smooth).astype(np.float32)}
