"""Segmentation ahead of the network and behind it."""

import math
from typing import get_args

import numpy as np
import pytest

from litemill.settings.catalog import Crop, Fit
from litemill.tasks.segmentation import pixels as segmentation

CROP = Crop((9, 9))


@pytest.mark.parametrize(
    ("fit", "picture", "expected"),
    [
        ("shrink", (1026, 513), (513, 256)),
        ("shrink", (480, 640), (384, 513)),
        ("shrink", (100, 200), (100, 200)),
        ("shrink", (5000, 1), (513, 1)),
        ("fit", (100, 200), (256, 513)),
        ("stretch", (100, 200), (513, 513)),
        ("none", (100, 200), (100, 200)),
    ],
)
def test_a_picture_is_made_to_fit(fit: Fit, picture: tuple[int, int], expected: tuple[int, int]) -> None:
    assert segmentation.fitted(picture, (513, 513), fit) == expected


def test_no_picture_becomes_larger_than_the_crop_or_nothing() -> None:
    random = np.random.default_rng(0)
    for height, width in random.integers(1, 6000, (300, 2)).tolist():
        for fit in get_args(Fit):
            found = segmentation.fitted((height, width), (513, 257), fit)
            assert 1 <= found[0] <= 513
            assert 1 <= found[1] <= 257


def test_pixels_lie_in_the_upper_left_corner_scaled_and_the_rest_is_padded() -> None:
    pixels = np.zeros((3, 4, 3), np.uint8)
    pixels[0, 0] = 255
    found = segmentation.prepare(pixels, CROP, (9, 9))
    assert found.shape == (9, 9, 3)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[0, 0], 1)
    np.testing.assert_allclose(found[1:3, :4], -1)
    np.testing.assert_allclose(found[3:], 0, atol=1e-6)  # 127.5 is the middle
    np.testing.assert_allclose(found[:, 4:], 0, atol=1e-6)


def test_a_network_of_another_scale_gets_its_own() -> None:
    crop = Crop((9, 9), pad_value=0, divisor=255, offset=0)
    found = segmentation.prepare(np.full((1, 9, 3), 51, np.uint8), crop, (9, 9))
    np.testing.assert_allclose(found[0], 0.2, rtol=1e-6)
    assert not found[1:].any()


def test_a_large_picture_is_shrunk_with_its_shape_kept() -> None:
    found = segmentation.prepare(np.full((18, 9, 3), 255, np.uint8), CROP, (9, 9))
    np.testing.assert_allclose(found[:, :4], 1)
    np.testing.assert_allclose(found[:, 4:], 0, atol=1e-6)


def test_labels_are_the_largest_logits_without_the_padding_at_the_pictures_size() -> None:
    logits = np.zeros((9, 9, 3), np.float32)
    logits[:, :2, 1] = 1
    logits[:, 2:4, 2] = 1
    logits[:, 4:, 0] = 9  # the padding beside a picture of 18x9
    found = segmentation.labels(logits, (9, 9), (18, 9))
    assert found.shape == (18, 9)
    assert found.dtype == np.uint8
    assert set(np.unique(found).tolist()) == {1, 2}
    assert (found[:, 0] == 1).all()
    assert (found[:, -1] == 2).all()


def test_logits_of_low_resolution_are_resized_ahead_of_the_largest_being_taken() -> None:
    # between 0 and 4 of class 1 against a constant 1 of class 0 the border is at a quarter of the way
    logits = np.array([[[1, 0], [1, 4]]], np.float32).repeat(2, 0)
    assert segmentation.labels(logits, (9, 9), (9, 9))[0].tolist() == [0, 0, 0, 1, 1, 1, 1, 1, 1]


def test_the_way_of_the_crop_counts() -> None:
    logits = np.array([[[1, 0], [0, 1]]], np.float32).repeat(2, 0)
    stretched = segmentation.labels(logits, (8, 8), (8, 2), Crop((8, 8), fit="stretch"))
    shrunk = segmentation.labels(logits, (8, 8), (8, 2))
    assert stretched[0].tolist() == [0, 1]
    assert shrunk[0].tolist() == [0, 0]


def test_a_picture_is_judged_by_agreement_and_iou() -> None:
    found, original = np.array([[0, 1, 1, 1]], np.uint8), np.array([[0, 0, 1, 1]], np.uint8)
    assert segmentation.judge(found, original, 3) == {
        "label_agreement": 0.75,
        "mean_iou": pytest.approx((1 / 2 + 2 / 3) / 2),
    }


def test_several_pictures_have_the_mean_agreement_and_one_iou_over_all_pixels() -> None:
    small = np.zeros((1, 1), np.uint8), np.zeros((1, 1), np.uint8)
    large = np.ones((3, 3), np.uint8), np.zeros((3, 3), np.uint8)
    found = segmentation.judge_all([small, large], 2)
    assert found["label_agreement"] == 0.5
    assert found["mean_iou"] == pytest.approx((1 / 10 + 0) / 2)


def test_logits_have_the_originals_range_as_their_peak() -> None:
    original = np.array([-10.0, 10.0], np.float32)
    found = segmentation.judge_logits(original + 2, original)
    assert found["logits_rms"] == found["logits_max_error"] == 2
    assert found["logits_psnr_db"] == pytest.approx(20)


def test_ground_truth_is_judged_by_class_and_255_is_not_judged() -> None:
    truth = np.array([[0, 0, 3, 255]], np.uint8)
    found = np.array([[0, 1, 3, 2]], np.uint8)
    assert segmentation.truth_iou([(found, truth)], ["a", "b", "c", "d"]) == {"a": 0.5, "d": 1.0}
    assert not math.isnan(sum(segmentation.truth_iou([(found * 0, truth)], ["a", "b", "c", "d"]).values()))
