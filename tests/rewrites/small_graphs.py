"""Small graphs of the kinds that rewrites look for, cut as litemill cuts them, with random weights."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf

from litemill.graphs.run import runner

tf1 = tf.compat.v1
EPSILON = 1e-5


def graph_of(compute: Callable[[Any], Any], shape: tuple[int, ...]) -> Any:
    """Return the GraphDef of a function of one float tensor `image`, its output an identity `logits`."""
    with tf.Graph().as_default() as graph:
        tf.identity(compute(tf1.placeholder(tf.float32, shape, "image")), "logits")
        return graph.as_graph_def()


def values(graph: Any, feeds: dict[str, Any], output: str = "logits") -> Any:
    return runner(graph)(feeds, (output,))[0]


def noise(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(0, 1, shape).astype(np.float32)


def ops(graph: Any) -> set[str]:
    return {node.op for node in graph.node}


def padded(tensor: Any, width: int, mode: str = "REFLECT") -> Any:
    return tf.pad(tensor, [[0, 0], [width, width], [width, width], [0, 0]], mode)


def doubled(tensor: Any, *, corners: bool = False) -> Any:
    size = tf.shape(tensor)[1:3] * 2
    return tf.raw_ops.ResizeNearestNeighbor(images=tensor, size=size, align_corners=corners)


def normed(tensor: Any, scale: Any, shift: Any) -> Any:
    mean, variance = tf.nn.moments(tensor, [1, 2], keepdims=True)
    return tf.nn.batch_normalization(tensor, mean, variance, shift, scale, EPSILON)


@dataclass
class Transfer:
    """How a style-transfer network is written; the defaults are the mobile Magenta network's, but small."""

    widths: tuple[int, int, int] = (4, 6, 10)
    expanded: tuple[int, int] = (6, 4)
    blocks: int = 2
    bottleneck: int = 5
    size: tuple[int, int] = (32, 32)
    channels: int = 3
    scope: str = ""
    last_resize: bool = True
    normed_biases: bool = True
    activation: Callable[[Any], Any] = tf.nn.relu
    mode: str = "REFLECT"
    resize: Callable[[Any], Any] = doubled
    end: Callable[[Any], Any] = tf.sigmoid
    dilation: int = 1
    shared_bottleneck: bool = True
    shortcut: bool = True
    random: Any = field(default_factory=lambda: np.random.default_rng(1))

    def graph(self) -> Any:
        """Return the GraphDef: `content` and `bottleneck` in, `stylized` out."""
        with tf.Graph().as_default() as graph:
            content = tf1.placeholder(tf.float32, (1, *self.size, self.channels), "content")
            self.style = tf1.placeholder(tf.float32, (1, 1, 1, self.bottleneck), "bottleneck")
            with tf.name_scope(self.scope or "network"):
                picture = self.end(self.network(content))
            tf.identity(picture, "stylized")
            return graph.as_graph_def()

    def network(self, tensor: Any) -> Any:
        for size, stride, width in zip((9, 3, 3), (1, 2, 2), self.widths, strict=True):
            tensor = self.activation(tf.nn.bias_add(self.conv(tensor, size, width, stride), self.weights(width)))
        for _ in range(self.blocks):
            inner = self.activation(self.styled(tensor, 3, self.widths[2]))
            inner = self.styled(inner, 3, self.widths[2])
            tensor = tensor + inner if self.shortcut else inner
        for width in self.expanded:
            tensor = self.activation(self.styled(self.resize(tensor), 3, width))
        if self.last_resize:
            size = tf.shape(tensor)[1:3] * 1
            tensor = tf.raw_ops.ResizeNearestNeighbor(images=tensor, size=size)
        return self.styled(tensor, 9, self.channels)

    def styled(self, tensor: Any, size: int, width: int) -> Any:
        tensor = self.conv(tensor, size, width, dilation=self.dilation if size == 3 else 1)
        if self.normed_biases:
            tensor = tf.nn.bias_add(tensor, self.weights(width))
        style = self.style if self.shared_bottleneck else tf.tanh(self.style)
        scale, shift = (
            tf.nn.bias_add(
                tf.nn.conv2d(style, self.weights(1, 1, self.bottleneck, width), 1, "SAME"), self.weights(width)
            )
            for _ in range(2)
        )
        return normed(tensor, scale, shift)

    def conv(self, tensor: Any, size: int, width: int, stride: int = 1, dilation: int = 1) -> Any:
        kernel = self.weights(size, size, tensor.shape[3], width)
        tensor = padded(tensor, size // 2 * dilation, self.mode)
        return tf.nn.conv2d(tensor, kernel, stride, "VALID", dilations=dilation)

    def weights(self, *shape: int) -> Any:
        return self.random.normal(0, 1 / np.sqrt(np.prod(shape[:-1]) or 1), shape).astype(np.float32)

    def feeds(self) -> dict[str, Any]:
        """Return a picture with edges and a style."""
        content = np.clip(0.5 + noise(1, *self.size, self.channels) / 4, 0, 1)
        return {"content": content, "bottleneck": noise(1, 1, 1, self.bottleneck)}
