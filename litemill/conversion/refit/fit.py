"""Int8 convolutions fitted anew, one after the other, to what the float network computes there."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema
from threadpoolctl import threadpool_limits

from litemill.conversion.refit.layer import KINDS, Layer, layers
from litemill.conversion.refit.layerwise import Layerwise, Values
from litemill.conversion.refit.moments import Moments, Sums, rounded, sums
from litemill.ground import process
from litemill.ground.errors import ConversionError

Floats = npt.NDArray[np.float64]


# shares of the inputs' mean variance, added to each. How much a layer's own weights hold against what the samples say:
# the more, the more inputs there are to each sample that is new, of which a picture's places, much alike, make few
RIDGE = 0.01


PLACES_ALIKE = 100


# and how far the rounding of one input may be made up for by others
DAMPING = 0.01


LEAST_VARIANCE = 1e-6


def refit(model: schema.ModelT, original: schema.ModelT, samples: Mapping[str, Values]) -> str:
    """Refit the int8 convolutions of a network, in place.

    Parameters
    ----------
    model
        The quantized network.
    original
        The float one that it was made of; the outputs of layers have the same names.
    samples
        Input name to values [n, ...].

    Returns
    -------
    str
        What was done, in a sentence.

    Raises
    ------
    ConversionError
        There is no such convolution.
    """
    goals = {layer.name: layer for layer in layers(original, schema.TensorType.FLOAT32)}
    found = [layer for layer in layers(model, schema.TensorType.INT8) if layer.name in goals]
    if not found:
        raise ConversionError(
            "nothing to refit",
            expected=f"int8 {' or '.join(KINDS)}",
            got="none",
            remedy="leave refit out of the recipe",
        )
    way, aim = Layerwise(model, samples), Layerwise(original, samples)
    # a sum that threads share is rounded otherwise, and the bytes would hang on their number
    with threadpool_limits(1, "blas"):
        for layer in found:
            _fit(layer, goals[layer.name], way, aim)
    return f"{len(found)} convolutions refitted"


def _fit(layer: Layer, goal: Layer, way: Layerwise, aim: Layerwise) -> None:
    """Fit a layer's weights and bias, on the inputs that it really gets, to what the float network's layer gives."""
    weights = goal.weights()
    moments = Moments(*weights.shape)

    def summed(sample: tuple[Values, Values]) -> Sums:
        stored, values = sample
        return sums(layer.dequantized_patches(stored), goal.sums(values))

    samples = zip(way.at(layer.op.inputs[0]), aim.at(goal.op.inputs[0]), strict=True)
    for one in process.each(summed, samples):  # added in the samples' order, whichever is summed up first
        moments.add(one)
    covariance = moments.covariance()
    ridge = _share(moments, RIDGE + PLACES_ALIKE * weights.shape[2] / moments.count)
    wanted = np.linalg.solve(covariance + ridge, (moments.cross_covariance() + weights @ ridge).transpose(0, 2, 1))
    scales = layer.scales()
    found = rounded(np.asarray(wanted.transpose(0, 2, 1), np.float64), covariance + _share(moments, DAMPING), scales)
    layer.set_weights(found)
    given = (found * scales[:, :, None]) @ moments.mean_input[:, :, None]
    layer.set_bias(goal.bias() + moments.mean_output - given[:, :, 0])


def _share(moments: Moments, share: float) -> Floats:
    """Return a share of the inputs' mean variance of each group, on the diagonal."""
    covariance = moments.covariance()
    variance = np.diagonal(covariance, axis1=1, axis2=2).mean(1)
    least = moments.unknown_variance + LEAST_VARIANCE
    return np.asarray((share * variance + least)[:, None, None] * np.eye(covariance.shape[1]))
