"""Layers as TF-slim writes them into a frozen graph: constants behind reads, FusedBatchNorm, space to batch."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1
Activation = Callable[[Any], Any]


def linear(values: Any) -> Any:
    return values


def resized(values: Any, size: tuple[int, int], name: str | None = None) -> Any:
    """Return a feature map at a fixed size, as DeepLab does: corners aligned."""
    return tf1.image.resize_bilinear(values, list(size), align_corners=True, name=name)


class Layers:
    """Layers with random weights, the same each time.

    Parameters
    ----------
    seed
        Of the weights.
    epsilon
        Of the batch normalization.
    scaled
        Whether batch normalization has a gamma of its own, or ones.
    """

    def __init__(self, seed: int, epsilon: float = 1e-3, *, scaled: bool = True) -> None:
        self._random = np.random.default_rng(seed)
        self.epsilon = epsilon
        self._scaled = scaled

    def conv(  # noqa: PLR0913  as many as slim's layer takes here
        self,
        values: Any,
        channels: int,
        side: int | tuple[int, int] = 1,
        *,
        stride: int = 1,
        padding: str = "SAME",
        normed: bool = True,
        activation: Activation = tf.nn.relu,
        name: str = "Conv",
    ) -> Any:
        height, width = (side, side) if isinstance(side, int) else side
        with tf1.name_scope(name):
            weights = self.weights(height, width, int(values.shape[3]), channels)
            result = tf.nn.conv2d(values, weights, stride, padding, name="Conv2D")
            return activation(self.normed(result) if normed else self.biased(result))

    def depthwise(  # noqa: PLR0913  as many as slim's layer takes here
        self,
        values: Any,
        side: int = 3,
        *,
        stride: int = 1,
        rate: int = 1,
        padding: str = "SAME",
        activation: Activation = tf.nn.relu,
        name: str = "depthwise",
    ) -> Any:
        with tf1.name_scope(name):
            weights = self.weights(side, side, int(values.shape[3]), 1, name="depthwise_weights")
            result = tf1.nn.depthwise_conv2d(
                values, weights, [1, stride, stride, 1], padding, rate=[rate, rate], name="depthwise"
            )
            return activation(self.normed(result))

    def separable(
        self, values: Any, channels: int, *, rate: int = 1, activation: Activation = tf.nn.relu, name: str
    ) -> Any:
        """Return DeepLab's separable convolution: batch norm and activation behind each half."""
        values = self.depthwise(values, rate=rate, activation=activation, name=f"{name}_depthwise")
        return self.conv(values, channels, activation=activation, name=f"{name}_pointwise")

    def normed(self, values: Any) -> Any:
        channels = int(values.shape[3])
        with tf1.name_scope("BatchNorm"):
            gamma = self._near(1.0, channels, "gamma") if self._scaled else tf.constant(np.ones(channels, np.float32))
            return tf.raw_ops.FusedBatchNorm(
                x=values,
                scale=gamma,
                offset=self._near(0.0, channels, "beta"),
                mean=self._near(0.0, channels, "moving_mean"),
                variance=self._near(1.0, channels, "moving_variance"),
                epsilon=self.epsilon,
                is_training=False,
                name="FusedBatchNorm",
            ).y

    def biased(self, values: Any) -> Any:
        return tf.nn.bias_add(values, self._near(0.0, int(values.shape[3]), "biases"), name="BiasAdd")

    def weights(self, *shape: int, name: str = "weights") -> Any:
        # as large as keeps the values' range through rectified layers
        inputs = shape[0] * shape[1] * (shape[2] if shape[3] > 1 else 1)
        scale = np.float32(np.sqrt(2 / inputs))
        return _variable(name, self._random.standard_normal(shape, np.float32) * scale)

    def _near(self, value: float, channels: int, name: str) -> Any:
        return _variable(name, self._random.uniform(value - 0.1, value + 0.1, channels).astype(np.float32))


def _variable(name: str, values: Any) -> Any:
    return tf.identity(tf.constant(values, name=name), name=f"{name}/read")
