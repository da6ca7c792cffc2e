"""Style transfer ahead of its networks and behind them."""

import numpy as np
import pytest

from litemill.tasks.metrics import MAX_PSNR_DB
from litemill.tasks.stylization import pixels as stylization


def test_a_picture_enters_as_shares_of_white_at_the_networks_size() -> None:
    found = stylization.prepare(np.full((20, 10, 3), 51, np.uint8), (8, 12))
    assert found.shape == (8, 12, 3)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, 0.2, rtol=1e-6)


def test_a_bottleneck_is_judged_by_its_direction_and_its_errors() -> None:
    original = np.array([[[3.0, 4.0]]], np.float32)
    assert stylization.judge_bottleneck(original * 2, original) == {
        "bottleneck_cosine": pytest.approx(1),
        "bottleneck_rms": pytest.approx(12.5**0.5),
        "bottleneck_max_error": 4,
    }


def test_a_picture_is_judged_by_psnr_ssim_and_its_largest_error() -> None:
    original = np.random.default_rng(0).random((32, 32, 3)).astype(np.float32)
    assert stylization.judge_picture(original, original) == {
        "psnr_db": MAX_PSNR_DB, "ssim": pytest.approx(1), "max_error": 0,
    }  # fmt: skip
    assert stylization.judge_picture(original + np.float32(0.1), original)["psnr_db"] == pytest.approx(20, abs=1e-4)
