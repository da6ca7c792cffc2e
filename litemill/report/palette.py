"""The colours of classes, and labels drawn over a picture."""

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np

from litemill.report.grid import Colour
from litemill.tasks.pictures import Pixels

BACKGROUND, NOT_JUDGED = 0, 255
OPACITY = np.float32(0.72)
WHITE = np.float32(255)
# how much of each channel the eye takes for brightness (ITU-R BT.601)
LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@cache
def colours() -> Pixels:
    """Give PASCAL VOC's colour map, uint8 [256, 3]: a class's bits, dealt to red, green and blue in turn."""
    found = np.zeros((256, 3), np.uint8)
    classes = np.arange(256)
    for place in range(8):
        for channel in range(3):
            bit = (classes >> (3 * place + channel)) & 1
            found[:, channel] |= (bit << (7 - place)).astype(np.uint8)
    return found


def overlay(pixels: Pixels, labels: Pixels) -> Pixels:
    """Draw labels [h, w] over a picture [h, w, 3], greyed and paled so that only they have colour.

    The background stays grey; what a ground truth does not judge is white.
    """
    pale = (WHITE + pixels.astype(np.float32) @ LUMA) / 2
    drawn = np.repeat(np.round(pale).astype(np.uint8)[..., None], 3, axis=-1)
    found = (labels != BACKGROUND) & (labels != NOT_JUDGED)
    under = pale[found][:, None]
    drawn[found] = np.round(under + OPACITY * (colours()[labels[found]] - under))
    drawn[labels == NOT_JUDGED] = WHITE
    return drawn


def legend(labels: Iterable[Pixels], names: Sequence[str]) -> tuple[tuple[str, Colour], ...]:
    """Give name and colour of each class that occurs, as it is drawn over a middling grey; no background."""
    occurring: set[int] = set()
    for one in labels:
        occurring |= set(np.unique(one).tolist())
    grey = np.full((1, 1, 3), 128, np.uint8)
    found = []
    for label in sorted(occurring - {BACKGROUND, NOT_JUDGED}):
        red, green, blue = overlay(grey, np.full((1, 1), label, np.uint8))[0, 0].tolist()
        found.append((names[label], (red, green, blue)))
    return tuple(found)
