"""Small graphs of the DeepLab kind, as exporters write them, with random weights."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1
CLASSES = 5
CORNERS = {"aligned": {"align_corners": True}, "left": {}, "half_pixel": {"half_pixel_centers": True}}


@dataclass
class Deeplab:
    """How a graph is written; the defaults are the released ones', but for the size."""

    crop: tuple[int, int] = (65, 65)
    pad_value: float = 127.5
    scale: float = 2 / 255
    offset: float = -1.0
    fit: str = "shrink"
    corners: str = "aligned"
    logits_corners: str = "aligned"
    labels_corners: str = "aligned"
    decoder: bool = False
    fake_quant: bool = False
    ending: str = "predictions"
    own_padding: bool = False
    asserts: bool = False
    extra_outputs: bool = False
    size: tuple[int | None, int | None] = (None, None)
    reverse: bool = False
    softmax: bool = False
    quantized_end: bool = False
    branches: bool = False

    def graph(self, *, shapes: bool = True) -> Any:
        """Return the GraphDef."""
        self.random = np.random.default_rng(10)
        with tf.Graph().as_default() as graph:
            picture = tf1.placeholder(tf.uint8, [1, *self.size, 3], name="ImageTensor")
            image, fitted = self.prepared(picture)
            logits = self.network(image)
            self.predicted(logits, fitted, tf.shape(picture)[1:3])
            return graph.as_graph_def(add_shapes=shapes)

    def prepared(self, picture: Any) -> tuple[Any, Any]:
        pixels = tf.cast(tf.squeeze(picture, 0), tf.float32)
        if self.reverse:
            pixels = tf.reverse(pixels, [2])
        size = tf.shape(pixels)[:2]
        if self.fit != "none":
            sides = tf.cast(size, tf.float32)
            scale = tf.cast(max(self.crop), tf.float32) / tf.reduce_max(sides)
            scale = tf.minimum(scale, 1.0) if self.fit == "shrink" else scale
            size = tf.cast(tf.maximum(sides * scale, 1.0), tf.int32)
            size = tf.constant(self.crop) if self.fit == "stretch" else size
            if self.branches:
                larger = tf.reduce_max(tf.shape(pixels)) > max(self.crop)
                pixels = tf1.cond(larger, lambda: self.resized(pixels[None], size, self.corners)[0], lambda: pixels)
            else:
                pixels = self.resized(pixels[None], size, self.corners)[0]
        if self.asserts:
            with tf.control_dependencies([tf1.assert_less_equal(tf.shape(pixels)[0], 100_000)]):
                pixels = tf.identity(pixels)
        missing = [self.crop[axis] - tf.shape(pixels)[axis] for axis in (0, 1)]
        pixels = tf.pad(pixels - self.pad_value, [[0, missing[0]], [0, missing[1]], [0, 0]]) + self.pad_value
        pixels.set_shape([*self.crop, 3])
        return tf.subtract(pixels[None] * self.scale, -self.offset, name="sub_7"), size

    def resized(self, values: Any, size: Any, corners: str) -> Any:
        return tf.raw_ops.ResizeBilinear(images=values, size=size, name="resize", **CORNERS[corners])

    def network(self, image: Any) -> Any:
        height, width = (-(-side // 4) for side in self.crop)
        if self.own_padding:
            first = self.conv(tf.pad(image, [[0, 0], [1, 1], [1, 1], [0, 0]]), 3, 8, stride=2, padding="VALID")
        else:
            first = self.conv(image, 3, 8, stride=2)
        depthwise = tf.nn.depthwise_conv2d(first, self.weights(3, 3, 8, 1), [1, 2, 2, 1], "SAME")
        features = self.quantized(tf.nn.relu6(depthwise))
        features += self.conv(tf.nn.conv2d(features, self.weights(3, 3, 8, 8), 1, "SAME", dilations=2), 1, 8)
        pooled = tf.nn.avg_pool2d(features, [height, width], [height, width], "VALID")
        pooled = self.resized(self.conv(pooled, 1, 8), [height, width], "aligned")
        features = tf.concat([pooled, self.conv(features, 1, 8)], 3)
        if self.decoder:
            larger = [-(-side // 2) for side in self.crop]
            features = self.conv(
                tf.concat([self.resized(features, larger, "aligned"), self.conv(first, 1, 4)], 3), 3, 8
            )
        logits = tf.nn.bias_add(
            tf.nn.conv2d(features, self.weights(1, 1, features.shape[3], CLASSES), 1, "SAME"),
            self.random.normal(0, 1, CLASSES).astype(np.float32),
        )
        sides = [int(side) for side in logits.shape[1:3]]
        return tf1.image.resize_bilinear(logits, sides, align_corners=True, name="ResizeBilinear_2")

    def predicted(self, logits: Any, fitted: Any, picture: Any) -> None:
        if self.ending == "logits":
            tf.identity(logits, name="Logits")
            return
        resized = tf.raw_ops.ResizeBilinear(
            images=logits, size=list(self.crop), name="ResizeBilinear_3", **CORNERS[self.logits_corners]
        )
        if self.ending == "resized_logits":
            return
        if self.extra_outputs:
            tf.nn.softmax(resized, name="SemanticProbabilities")
        resized = self.quantized(resized, -6.0, 6.0) if self.quantized_end else resized
        resized = tf.nn.softmax(resized) if self.softmax else resized
        labels = tf.argmax(resized, 3, name="ArgMax")
        if self.extra_outputs:
            tf.cast(labels, tf.float32, name="RawPredictions")
        if self.ending == "argmax":
            return
        labels = tf.slice(labels, [0, 0, 0], [1, fitted[0], fitted[1]], name="Slice")
        if self.ending == "sliced":
            return
        spread = tf.raw_ops.ResizeNearestNeighbor(
            images=tf.cast(labels[..., None], tf.int32), size=picture, **CORNERS[self.labels_corners]
        )
        tf.cast(tf.squeeze(spread, 3), tf.int64, name="SemanticPredictions")

    def conv(self, values: Any, side: int, channels: int, stride: int = 1, padding: str = "SAME") -> Any:
        result = tf.nn.conv2d(values, self.weights(side, side, values.shape[3], channels), stride, padding)
        return self.quantized(
            tf.nn.relu(tf.nn.bias_add(result, self.random.normal(0, 0.3, channels).astype(np.float32)))
        )

    def weights(self, *shape: int) -> Any:
        values = self.random.normal(0, 1.5 / np.sqrt(np.prod(shape[:3])), shape).astype(np.float32)
        return self.quantized(tf.identity(tf.constant(values)), -1.0, 1.0)

    def quantized(self, values: Any, low: float = 0.0, high: float = 6.0) -> Any:
        return tf.quantization.fake_quant_with_min_max_vars(values, low, high) if self.fake_quant else values


def renamed(graph: Any, seed: int = 0) -> tuple[Any, dict[str, str]]:
    """Return every node a name that says nothing; the second is old name to new."""
    order = np.random.default_rng(seed).permutation(len(graph.node))
    names = {node.name: f"n{number:05}" for node, number in zip(graph.node, order, strict=True)}
    result = tf1.GraphDef()
    result.CopyFrom(graph)
    for node in result.node:
        node.name = names[node.name]
        node.input[:] = [_renamed(tensor, names) for tensor in node.input]
    return result, names


def _renamed(tensor: str, names: dict[str, str]) -> str:
    mark = "^" if tensor.startswith("^") else ""
    name, colon, number = tensor.removeprefix("^").partition(":")
    return mark + names[name] + colon + number
