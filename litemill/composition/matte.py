"""How much of each pixel belongs to the chosen classes: from a segmentation file's logits to soft edges."""

from collections.abc import Collection
from typing import NamedTuple

import msgspec
import numpy as np

from litemill.composition import guided
from litemill.core.catalog import Crop
from litemill.runtime import Model
from litemill.tasks import pictures, segmentation
from litemill.tasks.pictures import Floats, Pixels

# the photo at half the network's input fits as well, in a sixth of the time
FINENESS = 2
# in pixels of that, by eye: wider windows give wisps, narrower ones halos
WINDOW, RIDGE = 2.5, 1e-4
# probability up to which a pixel is surely outside, and from which it is surely inside
OUTSIDE, INSIDE = 0.3, 0.8
# share of the picture below which a class is no more than a misread spot
LEAST_SHARE = 0.001


class Seen(NamedTuple):
    """A photo as the network saw it: pixels [h, w, 3] made to fit its crop, probabilities [h, w, classes]."""

    pixels: Pixels
    probabilities: Floats

    def classes(self) -> list[int]:
        """Give the classes that win more than a few pixels, most frequent first."""
        labels = self.probabilities.argmax(-1)
        found, counts = np.unique(labels, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        return [int(found[one]) for one in order if counts[one] >= LEAST_SHARE * labels.size]


def see(model: Model, photo: Pixels, way: Crop) -> Seen:
    """Segment a photo, made as large as the network's input holds; `way` says how its pixels enter."""
    crop = model.size("image")
    height, width = segmentation.fitted(photo.shape[:2], crop, "stretch" if way.fit == "stretch" else "fit")
    small = pictures.resize(photo, height, width)
    fitting = msgspec.structs.replace(way, fit="shrink")  # it fits: nothing resizes it again
    logits = model.run({"image": segmentation.prepare(small, fitting, crop)})
    logits = pictures.resize_bilinear(logits, *crop, way.logits_corners)[:height, :width]
    odds = np.exp(logits - logits.max(-1, keepdims=True))
    return Seen(small, odds / odds.sum(-1, keepdims=True))


def fit(seen: Seen, chosen: Collection[int]) -> Floats:
    """Fit the probability of the chosen classes to the photo's colours; [., ., 4], for `alpha` to be enlarged."""
    share = seen.probabilities[..., sorted(chosen)].sum(-1, keepdims=True)
    height, width = (-(-side // FINENESS) for side in share.shape[:2])
    both = pictures.enlarged(np.dstack([pictures.shares(seen.pixels), share]), (height, width))
    return guided.fit(both[..., :3], both[..., 3], WINDOW, RIDGE)


def alpha(photo: Floats, fitted: Floats) -> Floats:
    """Give the share of the chosen classes, [h, w] in [0, 1]: exactly 1 inside, exactly 0 outside, smooth between.

    `photo` [h, w, 3] is in [0, 1], `fitted` [h, w, 4] is what `fit` gave, enlarged to its size.
    """
    ramp = np.clip((guided.follow(photo, fitted) - OUTSIDE) / (INSIDE - OUTSIDE), 0, 1)
    return np.asarray(ramp * ramp * (3 - 2 * ramp), np.float32)
