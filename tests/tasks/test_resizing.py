"""Resizes of the original graphs, held against TensorFlow's own."""

import numpy as np
import pytest

from litemill.settings.catalog import Corners
from litemill.tasks import images

OPTIONS = {"aligned": {"align_corners": True}, "left": {}, "half_pixel": {"half_pixel_centers": True}}
# from height and width to height and width: the graphs' own, and what rounding could go wrong at
SIZES = [
    (65, 65, 513, 513),
    (33, 33, 513, 513),
    (129, 257, 1025, 2049),
    (480, 640, 385, 513),
    (375, 500, 257, 257),
    (513, 385, 720, 541),
    (5, 7, 13, 11),
    (4, 4, 247, 331),
    (9, 9, 1, 1),
    (1, 1, 5, 5),
]


def test_aligned_corners_keep_the_corners_and_the_middle() -> None:
    values = np.array([[0, 10], [20, 30]], np.float32)[..., None]
    assert images.resize_bilinear(values, 3, 3)[..., 0].tolist() == [[0, 5, 10], [10, 15, 20], [20, 25, 30]]


def test_half_pixels_spread_each_over_its_share() -> None:
    values = np.array([[0, 8]], np.float32)[..., None]
    assert images.resize_bilinear(values, 1, 4, "half_pixel")[0, :, 0].tolist() == [0, 2, 6, 8]
    assert images.resize_bilinear(values, 1, 4, "left")[0, :, 0].tolist() == [0, 4, 8, 8]


def test_a_resize_to_the_same_size_changes_nothing() -> None:
    values = np.random.default_rng(0).random((5, 7, 3)).astype(np.float32)
    corners: list[Corners] = ["aligned", "left", "half_pixel"]
    for way in corners:
        np.testing.assert_array_equal(images.resize_bilinear(values, 5, 7, way), values)
        np.testing.assert_array_equal(images.resize_nearest(values[..., 0], 5, 7, way), values[..., 0])


def test_nearest_takes_labels_and_mixes_none() -> None:
    labels = np.array([[1, 20]], np.uint8)
    assert images.resize_nearest(labels, 1, 4).tolist() == [[1, 1, 20, 20]]


@pytest.mark.build
@pytest.mark.parametrize("corners", ["aligned", "left", "half_pixel"])
def test_both_resizes_are_tensorflows_to_the_last_bit(corners: Corners) -> None:
    import tensorflow as tf  # noqa: PLC0415  the fast tests do without

    random = np.random.default_rng(0)
    for height, width, new_height, new_width in SIZES:
        values = (random.random((1, height, width, 3)) * 40 - 20).astype(np.float32)
        labels = random.integers(0, 256, (1, height, width, 1), np.uint8)
        size = [new_height, new_width]
        smooth = tf.raw_ops.ResizeBilinear(images=values, size=size, **OPTIONS[corners]).numpy()
        nearest = tf.raw_ops.ResizeNearestNeighbor(images=labels, size=size, **OPTIONS[corners]).numpy()
        ours = images.resize_nearest(labels[0, ..., 0], new_height, new_width, corners)
        np.testing.assert_array_equal(images.resize_bilinear(values[0], new_height, new_width, corners), smooth[0])
        np.testing.assert_array_equal(ours, nearest[0, ..., 0])


def test_rows_of_an_enlarged_picture_are_those_of_the_whole() -> None:
    values = np.random.default_rng(5).random((7, 5, 2), np.float32)
    whole = images.enlarged(values, (50, 33))
    assert whole.shape == (50, 33, 2)
    for rows in (slice(0, 8), slice(8, 31), slice(31, 50)):
        np.testing.assert_allclose(images.enlarged(values, (50, 33), rows), whole[rows], atol=1e-5)
