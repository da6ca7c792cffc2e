"""A TFLite convolution as the nodes that it was made from: weights, bias or normalization, activation."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from batch_norm import MadeUpNorms, Norm, normalized
from released_tflite import Operator, Values

# how a weight enters the graph: a constant, a frozen variable, a variable
Weight = Callable[[Values, str], tf.Tensor]

# codes of the schema
NO_ACTIVATION, RELU, RELU6 = 0, 1, 3
SAME = 0


def constant(values: Values, name: str) -> tf.Tensor:
    """Write a weight as a plain constant."""
    return tf.compat.v1.constant(values, name=name)


def activated(features: tf.Tensor, code: int, name: str) -> tf.Tensor:
    """Apply an activation in an op called `name`; without one, see that the tensor is called so."""
    if code == RELU:
        return tf.nn.relu(features, name=name)
    if code == RELU6:
        return tf.nn.relu6(features, name=name)
    return features if features.op.name == name else tf.identity(features, name=name)


class FreshNames:
    """Names that one walk over a file gives out, each once."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def __call__(self, name: str) -> str:
        """Return `name`, or `name` with the first number that makes it new."""
        fresh, count = name, 1
        while fresh in self._given:
            fresh, count = f"{name}_{count}", count + 1
        self._given.add(fresh)
        return fresh


class Convolutions:
    """Writes one walk's convolutions.

    Parameters
    ----------
    weight
        How weights enter the graph.
    fresh
        The walk's names.
    norms
        What makes up the batch normalizations that the file holds folded; None leaves them folded.
    """

    def __init__(self, weight: Weight, fresh: FreshNames, norms: MadeUpNorms | None) -> None:
        self._weight, self._fresh, self._norms = weight, fresh, norms

    def write(self, operator: Operator, features: tf.Tensor, kernel: Values, bias: Values, name: str) -> tf.Tensor:
        """Write a convolution, or a depthwise one, of features [batch, height, width, channels].

        The kernel is the file's: [outputs, height, width, inputs], or depthwise [1, height, width, channels].
        The result is called `name`.
        """
        depthwise = operator.kind == "DEPTHWISE_CONV_2D"
        # to TensorFlow's order: outputs last, or depthwise [height, width, channels, 1]
        kernel = np.transpose(kernel, (1, 2, 3, 0))
        scope, norm = name.rsplit("/", 1)[0], None
        # the exporter ends in logits with a plain bias
        if self._norms is not None and "logits" not in name:
            scope = scope.removesuffix("/BatchNorm")
            norm = self._norms.around(bias)
            kernel = (kernel / (norm.scale[:, None] if depthwise else norm.scale)).astype(np.float32)
        sums = (self._depthwise if depthwise else self._full)(operator, features, kernel, scope)
        code = operator.options.fusedActivationFunction
        last = code == NO_ACTIVATION and not depthwise
        shifted = self._shifted(sums, bias if norm is None else norm, scope, name if last else None)
        return shifted if last else activated(shifted, code, name)

    def _full(self, operator: Operator, features: tf.Tensor, kernel: Values, scope: str) -> tf.Tensor:
        options = operator.options
        return tf.nn.conv2d(
            features,
            self._weight(kernel, self._fresh(f"{scope}/weights")),
            [1, options.strideH, options.strideW, 1],
            "SAME" if options.padding == SAME else "VALID",
            dilations=[1, options.dilationHFactor, options.dilationWFactor, 1],
            name=self._fresh(f"{scope}/Conv2D"),
        )

    def _depthwise(self, operator: Operator, features: tf.Tensor, kernel: Values, scope: str) -> tf.Tensor:
        options = operator.options
        rate = options.dilationHFactor
        return tf.nn.depthwise_conv2d(
            features,
            self._weight(kernel, self._fresh(f"{scope}/depthwise_weights")),
            [1, options.strideH, options.strideW, 1],
            "SAME" if options.padding == SAME else "VALID",
            dilations=[rate, rate] if rate > 1 else None,
            name=self._fresh(f"{scope}/depthwise"),
        )

    def _shifted(self, sums: tf.Tensor, shift: Values | Norm, scope: str, name: str | None) -> tf.Tensor:
        """Add a bias, or normalize, by an op called `name`, or by the usual name in its scope."""
        if isinstance(shift, Norm):
            return normalized(sums, shift, scope, name or self._fresh(f"{scope}/BatchNorm/FusedBatchNorm"))
        bias = self._weight(shift, self._fresh(f"{scope}/biases"))
        return tf.nn.bias_add(sums, bias, name=name or self._fresh(f"{scope}/BiasAdd"))
