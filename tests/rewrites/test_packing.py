from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from small_graphs import noise

from litemill.rewrites.packing import packed, strided, upsampled, upsampled_between
from litemill.rewrites.style_transfer import packed_mirrored


def conv(image: Any, kernel: Any, stride: int = 1) -> Any:
    return tf.nn.conv2d(image, kernel, stride, "VALID")


def close(one: Any, other: Any) -> None:
    assert one.shape == other.shape
    np.testing.assert_allclose(one, other, atol=2e-6 * float(np.abs(other).max()) * 10)


@pytest.mark.parametrize(("size", "inputs", "outputs"), [(5, 2, 3), (9, 3, 8), (9, 5, 3), (13, 1, 2)])
def test_a_packed_convolution_is_the_convolution(size: int, inputs: int, outputs: int) -> None:
    image, kernel = noise(1, 24, 30, inputs), noise(size, size, inputs, outputs, seed=1)
    got = tf.nn.depth_to_space(conv(tf.nn.space_to_depth(image, 2), packed(kernel)), 2)
    close(got, conv(image, kernel))


def test_a_strided_convolution_reads_blocks() -> None:
    image, kernel = noise(1, 10, 12, 3), noise(3, 3, 3, 4, seed=1)
    # a block ahead: its first row and column are not read
    blocks = tf.nn.space_to_depth(np.pad(image, [(0, 0), (2, 0), (2, 0), (0, 0)], mode="reflect"), 2)
    close(
        conv(blocks, strided(kernel)), conv(np.pad(image, [(0, 0), (1, 0), (1, 0), (0, 0)], mode="reflect"), kernel, 2)
    )


@pytest.mark.parametrize("shape", [(1, 5, 6, 3), (1, 2, 2, 1)])
def test_a_convolution_of_a_doubled_map_reads_the_small_one(shape: tuple[int, ...]) -> None:
    image, kernel = noise(*shape), noise(3, 3, shape[3], 4, seed=1)
    edged = np.pad(image, [(0, 0), (1, 1), (1, 1), (0, 0)], mode="edge")
    large = np.pad(image.repeat(2, 1).repeat(2, 2), [(0, 0), (1, 1), (1, 1), (0, 0)], mode="reflect")
    wanted = conv(large, kernel)
    close(tf.nn.depth_to_space(conv(edged, upsampled(kernel)), 2), wanted)
    close(tf.nn.depth_to_space(conv(edged, upsampled_between(kernel)), 2)[:, 1:-1, 1:-1], wanted)


@pytest.mark.parametrize(("blocks", "channels"), [(1, 3), (2, 5), (3, 1)])
def test_a_packed_map_is_reflected_as_its_pixels(blocks: int, channels: int) -> None:
    image, width = noise(1, 10, 14, channels), 2 * blocks
    wanted = np.pad(image, [(0, 0), (width, width), (width, width), (0, 0)], mode="reflect")
    got = tf.nn.depth_to_space(packed_mirrored(tf.nn.space_to_depth(image, 2), blocks), 2)
    np.testing.assert_array_equal(got, wanted)
