"""Photo and painting blended at the photo's own size."""

import numpy as np

from litemill.composition import matte
from litemill.tasks import pictures
from litemill.tasks.pictures import Floats, Pixels

# rows at a time: a photo of 64 megapixels would take 5 GB of floats at once
STRIP = 256


def blend(photo: Pixels, painting: Floats, fitted: Floats | None, *, keep: bool) -> Pixels:
    """Put photo and painting together.

    Parameters
    ----------
    photo
        uint8 [h, w, 3].
    painting
        The same stylized, float32 [., ., 3] in [0, 1], at any size.
    fitted
        Of the chosen classes, from `matte.fit`, at any size; without it the whole is painted.
    keep
        Whether the chosen classes are the photo's and the rest is painted, or the other way round.

    Returns
    -------
    Pixels
        uint8 [h, w, 3]; where the photo shows alone, to the last bit.
    """
    whole = photo.shape[:2]
    blended = np.empty_like(photo)
    for top in range(0, whole[0], STRIP):
        rows = slice(top, min(top + STRIP, whole[0]))
        original, strip = pictures.shares(photo[rows]), pictures.enlarged(painting, whole, rows)
        if fitted is not None:
            share = matte.alpha(original, pictures.enlarged(fitted, whole, rows))[..., None]
            strip += (original - strip) * (share if keep else 1 - share)
        blended[rows] = np.round(np.clip(strip, 0, 1) * 255)
    return blended
