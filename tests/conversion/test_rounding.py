"""Weights rounded together, against weights rounded one by one."""

import numpy as np
import numpy.typing as npt
import pytest

from litemill.conversion.refit.moments import BLOCK, rounded

Floats = npt.NDArray[np.float64]
RANDOM = np.random.default_rng(0)


def problem(groups: int, outputs: int, inputs: int) -> tuple[Floats, Floats, Floats]:
    """Weights, the covariance of inputs that hang together, and scales."""
    weights = RANDOM.normal(0, 1, (groups, outputs, inputs))
    mixed = RANDOM.normal(0, 1, (groups, inputs, inputs)) @ np.diag(np.geomspace(1, 0.05, inputs))
    covariance = mixed @ mixed.transpose(0, 2, 1) + 1e-3 * np.eye(inputs)
    return weights, covariance, np.abs(weights).max(2) / 20


def nearest(weights: Floats, scales: Floats) -> Floats:
    return np.asarray(np.clip(np.round(weights / scales[:, :, None]), -127, 127))


def error(stored: npt.NDArray[np.generic], weights: Floats, covariance: Floats, scales: Floats) -> float:
    missing = stored.astype(np.float64) * scales[:, :, None] - weights
    return float(np.einsum("goi,gij,goj->", missing, covariance, missing))


@pytest.mark.parametrize("shape", [(1, 8, 24), (12, 1, 9), (3, 4, 9), (1, 5, 2 * BLOCK + 7)])
def test_the_error_of_the_sums_is_less_than_by_rounding_each_weight(shape: tuple[int, int, int]) -> None:
    weights, covariance, scales = problem(*shape)
    together = error(rounded(weights, covariance, scales), weights, covariance, scales)
    assert together < 0.6 * error(nearest(weights, scales), weights, covariance, scales)


def test_independent_inputs_have_nothing_to_make_up_for() -> None:
    weights, _, scales = problem(2, 3, 10)
    variances = np.stack([np.diag(RANDOM.random(10) + 0.1) for _ in range(2)])
    np.testing.assert_array_equal(rounded(weights, variances, scales), nearest(weights, scales))


def test_a_group_does_not_hang_on_the_others() -> None:
    weights, covariance, scales = problem(4, 3, 9)
    alone = [rounded(*(one[index : index + 1] for one in (weights, covariance, scales))) for index in range(4)]
    np.testing.assert_array_equal(rounded(weights, covariance, scales), np.concatenate(alone))


def test_weights_beyond_their_scale_stay_in_int8() -> None:
    weights, covariance, scales = problem(1, 4, 9)
    stored = rounded(weights * 10, covariance, scales)
    assert stored.dtype == np.int8
    assert stored.min() == -127
    assert stored.max() == 127
