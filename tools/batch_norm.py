"""Batch normalization as DeepLab's exporter writes it, made up for weights that were released without it.

A TFLite file holds batch normalization folded into the weights and the bias of the convolution ahead of it.
Its parts are lost: whoever wants a graph of the exporter's form must make up a gamma, a mean and a variance
that fold back to the released numbers.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tensorflow as tf

Floats = npt.NDArray[np.floating]

SEED = 20181001
EPSILON = 1e-3


@dataclass(frozen=True)
class Norm:
    """The parts of one batch normalization, each [channels].

    Parameters
    ----------
    scale
        gamma / sqrt(variance + epsilon): what the unfolded weights are to be divided by.
    gamma, beta, mean, variance
        What the graph holds.
    """

    scale: Floats
    gamma: Floats
    beta: Floats
    mean: Floats
    variance: Floats


class MadeUpNorms:
    """A sequence of made-up normalizations, the same in every run."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(SEED)

    def around(self, bias: Floats) -> Norm:
        """Make up the normalization that folds back to `bias` [channels]."""
        channels = len(bias)
        variance = np.exp(self._random.uniform(np.log(0.25), np.log(4), channels))
        # a power of two divides the weights without rounding
        scale = 2.0 ** self._random.integers(-2, 3, channels)
        gamma = scale * np.sqrt(variance + EPSILON)
        mean = self._random.normal(0, 1, channels) * np.sqrt(variance)
        return Norm(scale, gamma, bias + mean * scale, mean, variance)


def frozen(values: npt.NDArray[np.generic], name: str) -> tf.Tensor:
    """Write values as freezing leaves a variable: a constant, then an identity named `read`."""
    return tf.identity(tf.compat.v1.constant(values, name=name), name=f"{name}/read")


def normalized(features: tf.Tensor, norm: Norm, scope: str, name: str) -> tf.Tensor:
    """Normalize features [batch, height, width, channels] by an op called `name`, its parts under `scope`."""

    def part(values: Floats, variable: str) -> tf.Tensor:
        return frozen(values.astype(np.float32), f"{scope}/BatchNorm/{variable}")

    return tf.raw_ops.FusedBatchNorm(
        x=features,
        scale=part(norm.gamma, "gamma"),
        offset=part(norm.beta, "beta"),
        mean=part(norm.mean, "moving_mean"),
        variance=part(norm.variance, "moving_variance"),
        epsilon=EPSILON,
        is_training=False,
        name=name,
    ).y
