"""Means and covariances of a layer's inputs."""

import numpy as np

from litemill.conversion.refit.moments import Moments, sums


def test_they_are_those_of_all_samples_together() -> None:
    random = np.random.default_rng(0)
    x, t = random.random((1, 50, 4), np.float32), random.random((1, 50, 2), np.float32)
    moments = Moments(1, 2, 4)
    moments.add(sums(x[:, :20], t[:, :20]))
    moments.add(sums(x[:, 20:], t[:, 20:]))
    np.testing.assert_allclose(moments.mean_input[0], x[0].mean(0), rtol=1e-5)
    np.testing.assert_allclose(moments.covariance()[0], np.cov(x[0].T, bias=True), atol=1e-6)
    both = np.cov(np.hstack([t[0], x[0]]).T, bias=True)
    np.testing.assert_allclose(moments.cross_covariance()[0], both[:2, 2:], atol=1e-6)


def test_what_rounding_leaves_of_inputs_that_never_change_can_be_told_from_a_variance() -> None:
    x = np.random.default_rng(0).random((1, 1, 256), np.float32) * 50
    moments = Moments(1, 3, 256)
    moments.add(sums(x, np.ones((1, 1, 3), np.float32)))
    rounding = np.linalg.eigvalsh(moments.covariance()[0])
    assert rounding.min() < 0  # no covariance has this
    assert np.abs(rounding).max() < moments.unknown_variance[0]
