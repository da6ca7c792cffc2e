"""Magenta's arbitrary image stylization at full width, as its hub module has it.

Sources: magenta/models/arbitrary_image_stylization (build_model, nza_model) and slim's inception_v3.
"""

from typing import Any

import tensorflow as tf
from arch_layers import Layers, linear
from tensorflow.core.framework.graph_pb2 import GraphDef

tf1 = tf.compat.v1
BOTTLENECK = 100
# channels behind the 7x1 and 1x7 convolutions' own, of Mixed_6b to 6e
NARROW = {"Mixed_6b": 128, "Mixed_6c": 160, "Mixed_6d": 160, "Mixed_6e": 192}
POOLED = {"Mixed_5b": 32, "Mixed_5c": 64, "Mixed_5d": 64}
NORM_EPSILON = 1e-5


def stylization() -> GraphDef:
    """Return the whole graph: content and style of any size in, the stylized picture out."""
    with tf.Graph().as_default() as graph:
        content, style = (tf1.placeholder(tf.float32, [None, None, None, 3], name) for name in ("content", "style"))
        transfer(content, predict(style))
        return graph.as_graph_def(add_shapes=True)


def predict(style: Any) -> Any:
    """Return the bottleneck [n, 1, 1, 100]; Magenta clips at 6 where InceptionV3 does not."""
    layers = _Inception(1, scaled=False)
    with tf1.name_scope("InceptionV3"):
        values = layers.stem(style)
        for name in POOLED:
            values = layers.mixed_5(values, name)
        values = layers.mixed_6a(values)
        for name in NARROW:
            values = layers.mixed_6(values, name)
    mean = tf.reduce_mean(values, [1, 2], keepdims=True)
    return layers.conv(mean, BOTTLENECK, normed=False, activation=linear)


def transfer(content: Any, bottleneck: Any) -> Any:
    """Return the stylized picture; batch norm while it contracts, the style's own norm from there on."""
    layers = _Transformer(2, bottleneck)
    values = layers.contract(content, 32, 9, 1, "conv1")
    values = layers.contract(values, 64, 3, 2, "conv2")
    values = layers.contract(values, 128, 3, 2, "conv3")
    for number in range(1, 6):
        block = f"residual/residual{number}"
        inner = layers.styled(values, 128, 3, tf.nn.relu, f"{block}/conv1")
        values += layers.styled(inner, 128, 3, linear, f"{block}/conv2")
    values = layers.styled(layers.doubled(values, 2), 64, 3, tf.nn.relu, "expand/conv1/conv")
    values = layers.styled(layers.doubled(values, 2), 32, 3, tf.nn.relu, "expand/conv2/conv")
    return layers.styled(layers.doubled(values, 1), 3, 9, tf.sigmoid, "expand/conv3/conv")


class _Inception(Layers):
    def block(self, values: Any, *convs: tuple[int, int | tuple[int, int]], **last: Any) -> Any:
        """Return one branch; what `last` says holds for its last convolution."""
        for channels, side in convs[:-1]:
            values = self.conv(values, channels, side, activation=tf.nn.relu6)
        channels, side = convs[-1]
        return self.conv(values, channels, side, activation=tf.nn.relu6, **last)

    def stem(self, values: Any) -> Any:
        values = self.block(values, (32, 3), stride=2, padding="VALID")
        values = self.block(values, (32, 3), padding="VALID")
        values = tf.nn.max_pool2d(self.block(values, (64, 3)), 3, 2, "VALID")
        values = self.block(self.block(values, (80, 1), padding="VALID"), (192, 3), padding="VALID")
        return tf.nn.max_pool2d(values, 3, 2, "VALID")

    def mixed_5(self, values: Any, name: str) -> Any:
        with tf1.name_scope(name):
            branches = [
                self.block(values, (64, 1)),
                self.block(values, (48, 1), (64, 5)),
                self.block(values, (64, 1), (96, 3), (96, 3)),
                self.block(tf.nn.avg_pool2d(values, 3, 1, "SAME"), (POOLED[name], 1)),
            ]
            return tf.concat(branches, 3)

    def mixed_6a(self, values: Any) -> Any:
        with tf1.name_scope("Mixed_6a"):
            branches = [
                self.block(values, (384, 3), stride=2, padding="VALID"),
                self.block(values, (64, 1), (96, 3), (96, 3), stride=2, padding="VALID"),
                tf.nn.max_pool2d(values, 3, 2, "VALID"),
            ]
            return tf.concat(branches, 3)

    def mixed_6(self, values: Any, name: str) -> Any:
        inner, tall, wide = NARROW[name], (7, 1), (1, 7)
        with tf1.name_scope(name):
            branches = [
                self.block(values, (192, 1)),
                self.block(values, (inner, 1), (inner, wide), (192, tall)),
                self.block(values, (inner, 1), (inner, tall), (inner, wide), (inner, tall), (192, wide)),
                self.block(tf.nn.avg_pool2d(values, 3, 1, "SAME"), (192, 1)),
            ]
            return tf.concat(branches, 3)


class _Transformer(Layers):
    def __init__(self, seed: int, bottleneck: Any) -> None:
        super().__init__(seed, scaled=False)
        self.bottleneck = bottleneck

    def contract(self, values: Any, channels: int, side: int, stride: int, name: str) -> Any:
        with tf1.name_scope("transformer/contract"):
            return self.conv(_mirrored(values, side), channels, side, stride=stride, padding="VALID", name=name)

    def styled(self, values: Any, channels: int, side: int, activation: Any, name: str) -> Any:
        """Return a convolution whose normalized values the style scales and shifts."""
        beta, gamma = self._style(channels, name), self._style(channels, name)
        with tf1.name_scope(f"transformer/{name}"):
            weights = self.weights(side, side, int(values.shape[3]), channels)
            values = tf.nn.conv2d(_mirrored(values, side), weights, 1, "VALID", name="Conv2D")
            with tf1.name_scope("StyleNorm"):
                mean, variance = tf.nn.moments(values, [1, 2], keepdims=True)
                values = tf.nn.batch_normalization(values, mean, variance, beta, gamma, NORM_EPSILON)
            return activation(values)

    def doubled(self, values: Any, factor: int) -> Any:
        """Return the nearest neighbours; the last layer, too, has such a resize, by 1."""
        size = tf.shape(values)[1:3] * factor
        return tf1.image.resize_nearest_neighbor(values, size)

    def _style(self, channels: int, name: str) -> Any:
        with tf1.name_scope(f"style_params/transformer/{name}/StyleNorm"):
            vector = self.conv(self.bottleneck, channels, normed=False, activation=linear)
            vector = tf.squeeze(vector, [1, 2], name="SpatialSqueeze")
            vector = tf.debugging.check_numerics(vector, "NaN/Inf in style")
            return tf.expand_dims(tf.expand_dims(vector, 1), 1)


def _mirrored(values: Any, side: int) -> Any:
    edge = [side // 2, side // 2]
    return tf.pad(values, [[0, 0], edge, edge, [0, 0]], mode="REFLECT")
