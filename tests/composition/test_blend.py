"""The blend: of the photo's own size, the photo's own pixels inside, the painting's outside."""

import numpy as np
import pytest

from litemill.composition import matte as blending
from litemill.tasks.images import Floats, Pixels

SIZES = [(300, 200), (201, 333), (513, 7), (1, 1)]


def parts(size: tuple[int, int]) -> tuple[Pixels, Floats, Floats]:
    """Return a photo, a white painting of another size, and a matte: left surely out, right surely in."""
    photo = np.random.default_rng(7).integers(0, 200, (*size, 3), np.uint8)
    fitted = np.zeros((40, 60, 4), np.float32)
    fitted[..., 3] = np.linspace(-0.5, 1.5, 60)
    return photo, np.ones((50, 30, 3), np.float32), fitted


@pytest.mark.parametrize("size", SIZES)
def test_it_has_the_photos_own_size(size: tuple[int, int]) -> None:
    photo, painting, fitted = parts(size)
    for matte in (fitted, None):
        found = blending.blend(photo, painting, matte, keep=True)
        assert found.shape == photo.shape
        assert found.dtype == photo.dtype


def test_what_is_kept_is_the_photos_to_the_last_bit_and_the_rest_is_painted() -> None:
    photo, painting, fitted = parts((300, 200))
    kept = blending.blend(photo, painting, fitted, keep=True)
    np.testing.assert_array_equal(kept[:, 140:], photo[:, 140:])
    assert np.all(kept[:, :60] == 255)
    restyled = blending.blend(photo, painting, fitted, keep=False)
    np.testing.assert_array_equal(restyled[:, :60], photo[:, :60])
    assert np.all(restyled[:, 140:] == 255)


def test_between_the_two_the_painting_fades() -> None:
    photo, painting, fitted = parts((10, 200))
    photo[:] = 0
    row = blending.blend(photo, painting, fitted, keep=True)[5, :, 0].astype(int)
    assert np.all(np.diff(row) <= 0)
    assert len(np.unique(row)) > 20


def test_without_a_matte_all_is_painted() -> None:
    photo, painting, _ = parts((30, 20))
    assert np.all(blending.blend(photo, painting, None, keep=True) == 255)


def test_strips_leave_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    photo, _, fitted = parts((300, 200))
    painting = np.random.default_rng(8).random((50, 30, 3), np.float32)
    whole = blending.blend(photo, painting, fitted, keep=True)
    monkeypatch.setattr(blending, "STRIP", 17)
    found = blending.blend(photo, painting, fitted, keep=True)
    assert np.abs(found.astype(int) - whole).max() <= 1
