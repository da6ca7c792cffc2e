"""Metrics against values known by hand."""

import math

import numpy as np
import pytest

from litemill.tasks import metrics

LABELS = np.array([[0, 1], [1, 2]], np.uint8)


def test_label_agreement_is_the_share_of_equal_pixels() -> None:
    assert metrics.label_agreement(LABELS, LABELS) == 1
    assert metrics.label_agreement(LABELS, np.array([[0, 1], [0, 0]], np.uint8)) == 0.5


def test_confusion_counts_reference_by_row_and_leaves_out_what_is_ignored() -> None:
    reference = np.array([[0, 0], [1, 255]], np.uint8)
    assert metrics.confusion(LABELS, reference, 3).tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]


def test_confusion_holds_labels_of_many_classes() -> None:
    labels = np.full((4, 4), 150, np.uint8)
    counts = metrics.confusion(labels, labels, 151)
    assert (counts[150, 150], counts.sum()) == (16, 16)


def test_iou_is_hits_over_union_and_nan_for_a_class_that_is_in_neither() -> None:
    # class 0: 2 hits, union 5; class 1: 4 hits, union 7; class 2 occurs in neither
    found = metrics.class_iou(np.array([[2, 1, 0], [2, 4, 0], [0, 0, 0]]))
    assert found[:2].tolist() == pytest.approx([2 / 5, 4 / 7])
    assert math.isnan(found[2])


def test_mean_iou_is_over_the_classes_that_occur() -> None:
    assert metrics.mean_iou(np.array([[2, 1, 0], [2, 4, 0], [0, 0, 0]])) == pytest.approx((2 / 5 + 4 / 7) / 2)
    # a class that is found where it is not counts as missed
    assert metrics.mean_iou(np.array([[3, 1], [0, 0]])) == pytest.approx(3 / 8)


def test_rms_and_largest_error_are_in_the_values_own_unit() -> None:
    values, reference = np.array([0.0, 3.0, -4.0, 0.0], np.float32), np.zeros(4, np.float32)
    assert metrics.rms(values, reference) == 2.5
    assert metrics.max_error(values, reference) == 4
    assert metrics.max_error(reference, reference) == 0


def test_errors_are_taken_in_double_precision() -> None:
    # in single precision the square of 1e25 is infinite
    assert metrics.rms(np.array([1e25], np.float32), np.zeros(1, np.float32)) == pytest.approx(1e25, rel=1e-6)


@pytest.mark.parametrize(
    ("error", "peak", "expected"), [(0.1, 1, 20), (0.01, 1, 40), (25.5, 255, 20), (1, 1, 0), (10, 1, -20)]
)
def test_psnr_is_twenty_times_the_logarithm_of_peak_over_rms(error: float, peak: float, expected: float) -> None:
    reference = np.zeros((4, 4, 3))
    assert metrics.psnr_db(reference + error, reference, peak) == pytest.approx(expected)


def test_psnr_of_equal_pictures_is_the_limit_and_none_is_above() -> None:
    picture = np.ones((2, 2, 3))
    assert metrics.psnr_db(picture, picture) == metrics.MAX_PSNR_DB
    assert metrics.psnr_db(picture + 1e-12, picture) == metrics.MAX_PSNR_DB


def test_cosine_is_that_of_the_angle() -> None:
    right, up = np.array([[[2.0, 0.0]]]), np.array([[[0.0, 3.0]]])
    assert metrics.cosine(right, right * 7) == pytest.approx(1)
    assert metrics.cosine(right, -right) == pytest.approx(-1)
    assert metrics.cosine(right, up) == 0
    assert metrics.cosine(right, right + up) == pytest.approx(2 / math.sqrt(13))
    assert metrics.cosine(right, right * 0) == 0


def test_ssim_of_a_picture_with_itself_is_one_and_of_plain_ones_that_of_their_means() -> None:
    noise = np.random.default_rng(0).random((32, 32, 3))
    assert metrics.ssim(noise, noise) == pytest.approx(1)
    # without variance only luminance is left: (2ab + c) / (a^2 + b^2 + c), c = 0.01^2
    grey, white = np.full((32, 32, 3), 0.5), np.ones((32, 32, 3))
    assert metrics.ssim(grey, white) == pytest.approx((2 * 0.5 + 1e-4) / (0.25 + 1 + 1e-4))


def test_metrics_leave_their_arguments_as_they_were() -> None:
    values, reference = np.random.default_rng(1).random((2, 16, 16, 3))
    copies = values.copy(), reference.copy()
    for measure in (metrics.rms, metrics.max_error, metrics.psnr_db, metrics.cosine, metrics.ssim):
        assert measure(values, reference) == measure(values, reference)
    np.testing.assert_array_equal(np.stack(copies), np.stack((values, reference)))
