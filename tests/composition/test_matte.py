"""The matte: exact where the network is sure, soft between, right on a real photo."""

from pathlib import Path

import numpy as np
import pytest

from litemill.composition import matte
from litemill.composition.matte import Seen
from litemill.runtime import Model
from litemill.settings import catalog
from litemill.settings.catalog import Crop
from litemill.tasks import images
from litemill.tasks.images import Floats

ROOT = Path(__file__).parents[2]
OFFICIAL = ROOT / "data/embedded/lite-models/tensorflow/lite-model/deeplabv3/1/metadata/2.tflite"
BIRD = 3


def share_of(seen: Seen, *chosen: int) -> Floats:
    """Return the matte of classes at the size that the network saw."""
    fitted = images.enlarged(matte.fit(seen, chosen), seen.pixels.shape[:2])
    return matte.alpha(images.shares(seen.pixels), fitted)


def sides(width: int = 80) -> Seen:
    """Return a grey photo, whose right half is more and more surely class 1."""
    share = np.broadcast_to(np.clip((np.arange(width) - 20) / (width - 40), 0, 1).astype(np.float32), (50, width))
    return Seen(np.full((50, width, 3), 128, np.uint8), np.stack([1 - share, share], -1))


def test_the_edge_is_soft_and_monotone_between_nothing_and_all() -> None:
    seen = sides()
    share = share_of(seen, 1)[25]
    assert np.all(np.diff(share) >= 0)
    assert np.all(share[:20] == 0)
    assert np.all(share[-20:] == 1)
    assert len(np.unique(share)) > 15


def test_a_classs_matte_and_that_of_all_others_make_up_the_whole_where_they_are_sure() -> None:
    seen = sides()
    one, other = share_of(seen, 1), share_of(seen, 0)
    sure = (one == 1) | (other == 1)
    assert sure.mean() > 0.5
    np.testing.assert_array_equal((one + other)[sure], 1)


def test_several_classes_are_taken_together() -> None:
    thirds = np.full((40, 40, 3), 1 / 3, np.float32)
    seen = Seen(np.full((40, 40, 3), 90, np.uint8), thirds)
    assert np.all(share_of(seen, 0, 1, 2) == 1)
    assert np.all(share_of(seen, 1) < 0.1)


def test_classes_are_given_by_their_share_and_spots_are_none() -> None:
    labels = np.zeros((100, 100), np.intp)
    labels[:60] = 2
    labels[0, :9] = 1
    seen = Seen(np.zeros((100, 100, 3), np.uint8), np.eye(3, dtype=np.float32)[labels])
    assert seen.classes() == [2, 0]


@pytest.mark.parametrize("size", [(513, 513), (200, 333), (97, 61)])
def test_a_bird_is_found_at_any_size_as_the_ground_truth_has_it(size: tuple[int, int]) -> None:
    way = catalog.load()["official_deeplabv3_257"].crop or Crop((257, 257))
    photo = images.resize(images.read(ROOT / "data/images/segmentation/bird.png"), *size)
    seen = matte.see(Model(OFFICIAL, 1, ("image",)), photo, way)
    assert max(seen.pixels.shape) == 257
    assert BIRD in seen.classes()
    np.testing.assert_allclose(seen.probabilities.sum(-1), 1, atol=1e-5)
    fitted = images.enlarged(matte.fit(seen, [BIRD]), size)
    found = matte.alpha(images.shares(photo), fitted) > 0.5
    labels = images.read_labels(ROOT / "data/images/segmentation/bird_labels.png")
    truth = images.resize_nearest(labels, *size) == BIRD
    assert (found & truth).sum() / (found | truth).sum() > 0.75
