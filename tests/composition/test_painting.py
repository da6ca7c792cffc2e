"""Painting coarse to fine: nothing is lost, nothing shows where tiles meet, any shape goes."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from litemill.composition import painting
from litemill.runtime import Model
from litemill.tasks import images
from litemill.tasks.images import Floats, Pixels

ROOT = Path(__file__).parents[2]
MAGENTA = ROOT / "data/embedded/lite-models/google/lite-model/magenta/arbitrary-image-stylization-v1-256/int8"
TILE = (64, 64)


def smooth(height: int, width: int) -> Pixels:
    """Return a photo that turns from dark to light, left to right."""
    row = np.linspace(20, 230, width).astype(np.uint8)
    return np.repeat(np.tile(row, (height, 1))[..., None], 3, -1)


def flattened(content: Floats) -> Floats:
    """Take a tile's mean away, as a network does that normalizes what it sees."""
    flat: Floats = content - content.mean() + np.float32(0.5)
    return flat


@pytest.mark.parametrize("size", [(64, 64), (200, 130), (97, 211), (300, 9)])
def test_a_network_that_changes_nothing_gives_the_photo(size: tuple[int, int]) -> None:
    photo = smooth(*size)
    found = painting.step(lambda content: content, photo, TILE, 4.0)
    assert max(found.shape) in (4 * 64, 4 * 64 - 1)
    np.testing.assert_allclose(found, images.shares(images.resize(photo, *found.shape[:2])), atol=0.03)


def test_colours_are_of_the_whole_and_not_of_each_tile() -> None:
    photo = smooth(128, 256)
    found = painting.step(flattened, photo, TILE, 4.0)
    tiles = painting.tiled(flattened, images.shares(images.resize(photo, 128, 256)), TILE)
    assert found[64, 250].mean() - found[64, 5].mean() > 0.6  # as dark and as light as the photo's ends
    assert tiles[64, 250].mean() - tiles[64, 5].mean() < 0.3


def test_no_edge_shows_where_tiles_meet() -> None:
    tones = iter(np.linspace(0, 1, 1000))

    def toned(content: Floats) -> Floats:
        return np.full_like(content, next(tones) * 40)

    found = painting.tiled(toned, np.zeros((64, 256, 3), np.float32), TILE)
    assert np.ptp(found) > 0.1
    assert np.abs(np.diff(found[32, :, 0])).max() < np.ptp(found) / 20


@pytest.mark.parametrize("size", [1, 63, 64, 65, 100, 128, 500, 1536])
def test_tiles_cover_an_axis_and_overlap(size: int) -> None:
    starts = painting._starts(size, 64)
    assert starts[0] == 0
    assert max(starts[-1] + 64, size) == max(size, 64)
    assert all(after - before <= 64 - 32 for before, after in itertools.pairwise(starts))


@pytest.mark.parametrize("size", [(40, 90), (90, 40), (1, 1)])
def test_the_real_network_paints_any_shape(size: tuple[int, int]) -> None:
    predict = Model(MAGENTA / "prediction/1.tflite", 2, ("style",))
    transfer = Model(MAGENTA / "transfer/1.tflite", 2, ("content", "bottleneck"))
    style = images.read(ROOT / "data/images/style/zigzag_colorful.jpg")
    photo = images.resize(images.read(ROOT / "data/images/content/owl.jpg"), *size)
    found = painting.painted(predict, transfer, photo, style)
    height, width = found.shape[:2]
    assert abs(height / width - size[0] / size[1]) < 0.02
    assert (float(found.min()) >= 0, float(found.max()) <= 1) == (True, True)
    assert found.std() > 0.05 or size == (1, 1)
