"""DeepLab's Xception 65 for ADE20K at output stride 8, with ASPP and a decoder.

Sources: tensorflow/models, research/deeplab (core/xception, model), flags of its g3doc.
"""

from typing import Any

import tensorflow as tf
from arch_exporter import Size, exported, strided
from arch_layers import Layers, linear, resized
from tensorflow.core.framework.graph_pb2 import GraphDef

tf1 = tf.compat.v1
CROP = (513, 513)
CLASSES = 151
STRIDE, DECODER_STRIDE = 8, 4
RATES = (12, 24, 36)
HEAD_EPSILON = 1e-5
# units of the network: channels of their three convolutions, the way past them, stride and rate; at output stride 8
# the third unit and the exit do not stride: what follows each of them is dilated by 2 more
ENTRY = ((128, 128, 128), "conv", 2, 1), ((256, 256, 256), "conv", 2, 1), ((728, 728, 728), "conv", 1, 1)
MIDDLE = (((728, 728, 728), "sum", 1, 2),) * 16
EXIT = ((728, 1024, 1024), "conv", 1, 2), ((1536, 1536, 2048), "none", 1, 4)
Unit = tuple[tuple[int, int, int], str, int, int]


def xception(crop: Size = CROP) -> GraphDef:
    return exported(_network, crop)


def _network(image: Any, crop: Size) -> Any:
    layers = _Xception(3)
    with tf1.name_scope("xception_65"):
        values = layers.conv(_padded(image), 32, 3, stride=2, padding="VALID", name="entry_flow/conv1_1")
        values = layers.conv(values, 64, 3, name="entry_flow/conv1_2")
        for number, unit in enumerate((*ENTRY, *MIDDLE, *EXIT)):
            with tf1.name_scope(f"unit_{number}"):
                values = layers.unit(values, unit)
    layers.epsilon = HEAD_EPSILON
    values = layers.pyramid(values, crop)
    values = layers.decoder(values, layers.low_level[1], crop)
    return layers.conv(values, CLASSES, normed=False, activation=linear, name="logits/semantic")


class _Xception(Layers):
    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.low_level: list[Any] = []

    def unit(self, inputs: Any, unit: Unit) -> Any:
        depths, way, stride, rate = unit
        # only the last unit activates inside its separable convolutions, the others ahead of them
        inside = tf.nn.relu if way == "none" else linear
        values = inputs
        for number, channels in enumerate(depths, 1):
            values = values if way == "none" else tf.nn.relu(values)
            name = f"separable_conv{number}"
            if number == len(depths) and stride > 1:
                values = self.depthwise(
                    _padded(values), stride=stride, padding="VALID", activation=inside, name=f"{name}_depthwise"
                )
                values = self.conv(values, channels, activation=inside, name=f"{name}_pointwise")
            else:
                values = self.separable(values, channels, rate=rate, activation=inside, name=name)
            if number == len(depths) - 1:
                self.low_level.append(values)
        if way == "conv":
            return values + self.conv(inputs, depths[-1], stride=stride, activation=linear, name="shortcut")
        return values + inputs if way == "sum" else values

    def pyramid(self, values: Any, crop: Size) -> Any:
        size = strided(crop, STRIDE)
        pooled = self.conv(tf.nn.avg_pool2d(values, size, size, "VALID"), 256, name="image_pooling")
        branches = [resized(pooled, size), self.conv(values, 256, name="aspp0")]
        branches += [self.separable(values, 256, rate=rate, name=f"aspp{rate}") for rate in RATES]
        return self.conv(tf.concat(branches, 3), 256, name="concat_projection")

    def decoder(self, values: Any, low_level: Any, crop: Size) -> Any:
        with tf1.name_scope("decoder"):
            size = strided(crop, DECODER_STRIDE)
            low_level = self.conv(low_level, 48, name="feature_projection0")
            values = tf.concat([resized(values, size), resized(low_level, size)], 3)
            return self.separable(self.separable(values, 256, name="decoder_conv0"), 256, name="decoder_conv1")


def _padded(values: Any) -> Any:
    """Pad what a 3x3 convolution of stride 2 takes, the same whatever the size."""
    return tf.pad(values, [[0, 0], [1, 1], [1, 1], [0, 0]])
