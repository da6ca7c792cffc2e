"""Where a file's answer is another than the original's, as a picture."""

import numpy as np

from litemill.report import palette
from litemill.tasks.pictures import Pixels

# a strong colour that is no class's, told from grey by any eye
DIFFERENT = np.array((200, 0, 90), np.uint8)
# the error that is drawn black, as a share of the range
FULL = 0.25
LABELS = "coloured: another class than the original's"
NONE = "none that shows at this size"
PICTURES = "darker: further from the original; black: a quarter of the range or more"


def of_labels(photo: Pixels, found: Pixels, original: Pixels) -> Pixels:
    """Draw over a pale photo [h, w, 3] the pixels whose labels [h, w] differ."""
    drawn = palette.overlay(photo, np.zeros_like(found))
    drawn[found != original] = DIFFERENT
    return drawn


def of_pictures(found: Pixels, original: Pixels) -> Pixels:
    """Draw the largest error of a pixel's channels: white for none, black for `FULL` of the range."""
    error = np.abs(found.astype(np.int16) - original).max(-1) / (255 * FULL)
    grey = np.round(255 * (1 - np.minimum(error, 1))).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=-1)
