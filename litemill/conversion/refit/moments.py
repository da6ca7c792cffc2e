"""What a layer's inputs have to do with what the float network computes there."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]


Doubles = npt.NDArray[np.float64]


# of sums of squares in float32, generously
ROUNDING = 1e-5


class Sums(NamedTuple):
    """Sums over the places of a sample: of inputs x, of wanted outputs t, and of their products, in float32."""

    places: int
    x: Floats
    t: Floats
    xx: Floats
    tx: Floats


def sums(x: Floats, t: Floats) -> Sums:
    """Sum up a sample: inputs [groups, places, inputs] and wanted outputs [groups, places, outputs]."""
    ones = np.ones((1, x.shape[1]), np.float32)
    return Sums(x.shape[1], (ones @ x)[:, 0], (ones @ t)[:, 0], x.transpose(0, 2, 1) @ x, t.transpose(0, 2, 1) @ x)


class Moments:
    """Means and covariances of a layer's inputs x with the values t that it should give, over all samples.

    Parameters
    ----------
    groups, outputs, inputs
        Of the layer.
    """

    def __init__(self, groups: int, outputs: int, inputs: int) -> None:
        self.count = 0
        self._x: Doubles = np.zeros((groups, inputs))
        self._t: Doubles = np.zeros((groups, outputs))
        self._xx: Doubles = np.zeros((groups, inputs, inputs))
        self._tx: Doubles = np.zeros((groups, outputs, inputs))

    def add(self, sample: Sums) -> None:
        """Add what a sample sums up to."""
        self.count += sample.places
        self._x += sample.x
        self._t += sample.t
        self._xx += sample.xx
        self._tx += sample.tx

    @property
    def mean_input(self) -> Doubles:
        """[groups, inputs]"""  # noqa: D400  a shape
        return self._x / self.count

    @property
    def mean_output(self) -> Doubles:
        """[groups, outputs]"""  # noqa: D400
        return self._t / self.count

    @property
    def unknown_variance(self) -> Doubles:
        """Return what rounding in the sums may make of a variance of nothing, [groups]."""
        squares = np.diagonal(self._xx, axis1=1, axis2=2).mean(1) / self.count
        return np.asarray(ROUNDING * squares)

    def covariance(self) -> Doubles:
        """Return the covariance of the inputs [groups, inputs, inputs]."""
        mean = self.mean_input
        return self._xx / self.count - mean[:, :, None] * mean[:, None, :]

    def cross_covariance(self) -> Doubles:
        """Return the covariance of wanted outputs and inputs [groups, outputs, inputs]."""
        return self._tx / self.count - self.mean_output[:, :, None] * self.mean_input[:, None, :]


Weights = npt.NDArray[np.float64]


LARGEST = 127


BLOCK = 64


def rounded(weights: Weights, covariance: Weights, scales: Weights) -> npt.NDArray[np.int8]:
    """Round weights one input after the other, each error made up for by the inputs that are still to come.

    Parameters
    ----------
    weights
        [groups, outputs, inputs]
    covariance
        Of the inputs [groups, inputs, inputs], positive definite.
    scales
        Of the outputs [groups, outputs].

    Returns
    -------
    npt.NDArray[np.int8]
        [groups, outputs, inputs], -127 to 127; times the scales they stand for the weights.
    """
    # the inputs with the greatest variance first, while there are others to make up for them
    order = np.argsort(-np.diagonal(covariance, axis1=1, axis2=2), axis=1, kind="stable")
    rows, columns = order[:, :, None], order[:, None, :]
    groups = np.arange(len(weights))[:, None, None]
    inverse = np.linalg.inv(covariance[groups, rows, columns])
    share = np.linalg.cholesky(inverse).transpose(0, 2, 1)
    open_weights = np.take_along_axis(weights, columns, axis=2)
    result = np.empty_like(open_weights)
    count = weights.shape[2]
    for start in range(0, count, BLOCK):
        end = min(start + BLOCK, count)
        errors = np.empty_like(open_weights[:, :, start:end])
        for at in range(start, end):
            value = np.clip(np.round(open_weights[:, :, at] / scales), -LARGEST, LARGEST)
            error = (open_weights[:, :, at] - value * scales) / share[:, at, at, None]
            open_weights[:, :, at:end] -= error[:, :, None] * share[:, None, at, at:end]
            result[:, :, at], errors[:, :, at - start] = value, error
        open_weights[:, :, end:] -= errors @ share[:, start:end, end:]
    placed = np.empty(result.shape, np.int8)
    np.put_along_axis(placed, np.broadcast_to(columns, result.shape), result.astype(np.int8), axis=2)
    return placed
