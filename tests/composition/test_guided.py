"""The guided filter: flat stays flat, and edges go where the photo has them."""

import numpy as np

from litemill.composition import matte


def edge(at: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return a photo [40, 60, 3], dark left of a column and coloured right of it."""
    photo = np.full((40, 60, 3), 0.1, np.float32)
    photo[:, at:] = (0.9, 0.6, 0.4)
    return photo


def test_what_is_flat_stays_as_it_is() -> None:
    photo = np.random.default_rng(0).random((20, 30, 3), np.float32)
    target = np.full((20, 30), 0.3, np.float32)
    np.testing.assert_allclose(matte.follow(photo, matte.guided_fit(photo, target, 2.0, 1e-4)), target, atol=1e-4)


def test_a_blurred_edge_beside_the_photos_own_moves_there_and_is_sharp() -> None:
    photo = edge(30)
    target = np.broadcast_to(np.clip((np.arange(60) - 23) / 10, 0, 1).astype(np.float32), (40, 60))
    found = matte.follow(photo, matte.guided_fit(photo, target, 5.0, 1e-4))
    assert np.ptp(target[20, 29:31]) < 0.2
    assert found[20, 30] - found[20, 29] > 0.5
    assert found[20, 5] < 0.05
    assert found[20, 55] > 0.95


def test_a_photo_without_contrast_leaves_the_target_blurred_only() -> None:
    target = np.zeros((40, 60), np.float32)
    target[:, 30:] = 1
    found = matte.follow(np.full((40, 60, 3), 0.5, np.float32), matte.guided_fit(edge(30) * 0 + 0.5, target, 3.0, 1e-4))
    assert np.all(np.diff(found[20]) > -1e-4)
    assert 0.4 < found[20, 29:31].mean() < 0.6
