"""DeepLab's MobileNetV3 for Cityscapes, large and small, with its head of two projections.

Sources: tensorflow/models, research/slim/nets/mobilenet (mobilenet_v3, conv_blocks) and research/deeplab
(feature_extractor, model), with the flags of its g3doc/model_zoo.md.
"""

from typing import Any, NamedTuple

import tensorflow as tf
from arch_exporter import Size, exported, strided
from arch_layers import Activation, Layers, linear, resized
from tensorflow.core.framework.graph_pb2 import GraphDef

tf1 = tf.compat.v1
CROP = (1025, 2049)
CLASSES = 19
STRIDE, DECODER_STRIDE = 32, 8
# --image_pooling_crop_size=769,769 --image_pooling_stride=4,5
POOL, POOL_STRIDE = strided((769, 769), STRIDE), (4, 5)
FILTERS = 128
HEAD_EPSILON = 1e-5


class Block(NamedTuple):
    """One block: channels inside and behind it, its kernel and stride, squeeze and excitation, hard swish."""

    inner: int
    channels: int
    side: int
    stride: int
    squeezed: bool
    swish: bool


# the last three blocks and the last convolution have half of the classifier's filters
LARGE = (
    Block(16, 16, 3, 1, squeezed=False, swish=False),
    Block(64, 24, 3, 2, squeezed=False, swish=False),
    Block(72, 24, 3, 1, squeezed=False, swish=False),
    Block(72, 40, 5, 2, squeezed=True, swish=False),
    Block(120, 40, 5, 1, squeezed=True, swish=False),
    Block(120, 40, 5, 1, squeezed=True, swish=False),
    Block(240, 80, 3, 2, squeezed=False, swish=True),
    Block(200, 80, 3, 1, squeezed=False, swish=True),
    Block(184, 80, 3, 1, squeezed=False, swish=True),
    Block(184, 80, 3, 1, squeezed=False, swish=True),
    Block(480, 112, 3, 1, squeezed=True, swish=True),
    Block(672, 112, 3, 1, squeezed=True, swish=True),
    Block(336, 80, 5, 2, squeezed=True, swish=True),
    Block(480, 80, 5, 1, squeezed=True, swish=True),
    Block(480, 80, 5, 1, squeezed=True, swish=True),
)
SMALL = (
    Block(16, 16, 3, 2, squeezed=True, swish=False),
    Block(72, 24, 3, 2, squeezed=False, swish=False),
    Block(88, 24, 3, 1, squeezed=False, swish=False),
    Block(96, 40, 5, 2, squeezed=True, swish=True),
    Block(240, 40, 5, 1, squeezed=True, swish=True),
    Block(240, 40, 5, 1, squeezed=True, swish=True),
    Block(120, 48, 5, 1, squeezed=True, swish=True),
    Block(144, 48, 5, 1, squeezed=True, swish=True),
    Block(144, 48, 5, 2, squeezed=True, swish=True),
    Block(288, 48, 5, 1, squeezed=True, swish=True),
    Block(288, 48, 5, 1, squeezed=True, swish=True),
)


def large(crop: Size = CROP) -> GraphDef:
    # the decoder takes the sixth block's depthwise output, the last one of stride 8
    return exported(lambda image, size: _network(image, size, LARGE, 480, 5), crop)


def small(crop: Size = CROP) -> GraphDef:
    return exported(lambda image, size: _network(image, size, SMALL, 288, 2), crop)


def hard_swish(values: Any) -> Any:
    return values * tf.nn.relu6(values + 3.0) * (1 / 6)


def gate(values: Any) -> Any:
    return tf.nn.relu6(values + 3.0) * 0.16667


def _network(image: Any, crop: Size, blocks: tuple[Block, ...], last: int, low_level: int) -> Any:
    layers = _MobileNet(4)
    with tf1.name_scope("MobilenetV3"):
        values = layers.conv(image, 16, 3, stride=2, activation=hard_swish)
        for number, block in enumerate(blocks):
            with tf1.name_scope(f"expanded_conv_{number}"):
                values = layers.block(values, block)
        values = layers.conv(values, last, activation=hard_swish)
    layers.epsilon = HEAD_EPSILON
    values = layers.head(values, crop)
    return layers.decoder(values, layers.depthwise_outputs[low_level], crop)


class _MobileNet(Layers):
    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.depthwise_outputs: list[Any] = []

    def block(self, inputs: Any, block: Block) -> Any:
        activation: Activation = hard_swish if block.swish else tf.nn.relu
        values = inputs
        if block.inner > inputs.shape[3]:
            values = self.conv(values, block.inner, activation=activation, name="expand")
        values = self.depthwise(values, block.side, stride=block.stride, activation=activation)
        self.depthwise_outputs.append(values)
        values = self.squeezed(values) if block.squeezed else values
        values = self.conv(values, block.channels, activation=linear, name="project")
        return values + inputs if block.stride == 1 and block.channels == inputs.shape[3] else values

    def squeezed(self, values: Any) -> Any:
        size, channels = [int(side) for side in values.shape[1:3]], int(values.shape[3])
        with tf1.name_scope("squeeze_excite"):
            pooled = tf.nn.avg_pool2d(values, size, 1, "VALID")
            inner = self.conv(pooled, _divisible(channels / 4), normed=False)
            return values * self.conv(inner, channels, normed=False, activation=gate)

    def head(self, values: Any, crop: Size) -> Any:
        pooled = tf.nn.avg_pool2d(values, POOL, POOL_STRIDE, "VALID")
        pooled = self.conv(pooled, FILTERS, normed=False, activation=gate, name="image_pooling")
        return self.conv(values, FILTERS, name="aspp0") * resized(pooled, strided(crop, STRIDE))

    def decoder(self, values: Any, low_level: Any, crop: Size) -> Any:
        size = strided(crop, DECODER_STRIDE)
        with tf1.name_scope("decoder"):
            low_level = self.conv(low_level, CLASSES, normed=False, activation=linear, name="feature_projection0")
            values, low_level = resized(values, size), resized(low_level, size)
            return self.conv(values, CLASSES, normed=False, activation=linear, name="decoder_conv0") + low_level


def _divisible(channels: float, by: int = 8) -> int:
    """Round to a multiple of 8, not below nine tenths."""
    rounded = max(by, int(channels + by / 2) // by * by)
    return rounded + by if rounded < 0.9 * channels else rounded
