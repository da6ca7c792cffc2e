"""Soft edges between photo and painting: a guided filter, the share of each pixel, the blend."""

from collections.abc import Collection
from typing import NamedTuple

import msgspec
import numpy as np

from litemill.runtime import Model
from litemill.settings.catalog import Crop
from litemill.tasks import images
from litemill.tasks.images import Floats, Pixels
from litemill.tasks.segmentation import pixels as segmentation


def blurred(values: Floats, sigma: float) -> Floats:
    """Blur [h, w, channels] with a Gaussian of `sigma` pixels."""
    from skimage.filters import gaussian  # noqa: PLC0415  scipy costs 0.3 s that few stages need

    return np.asarray(gaussian(values, sigma, mode="nearest", truncate=3, channel_axis=-1), np.float32)


def guided_fit(guide: Floats, target: Floats, sigma: float, ridge: float) -> Floats:
    """Fit `target` [h, w] around each pixel as a linear function of `guide`'s colours.

    Parameters
    ----------
    guide
        The photo, [h, w, 3] in [0, 1].
    target
        What is to follow its edges.
    sigma
        Of the windows, in pixels.
    ridge
        Variance of the guide, in squared shares of its range, below which a window counts as flat.

    Returns
    -------
    Floats
        [h, w, 4]: three slopes and the constant, themselves blurred; `follow` applies them.
    """
    products = guide[..., :, None] * np.concatenate([guide, target[..., None]], -1)[..., None, :]
    means = blurred(np.dstack([guide, target]), sigma)
    mean, goal = means[..., :3], means[..., 3:]
    moments = blurred(products.reshape(*target.shape, 12), sigma).reshape(*target.shape, 3, 4)
    covariance = moments - mean[..., :, None] * means[..., None, :]
    spread = covariance[..., :3] + np.float32(ridge) * np.eye(3, dtype=np.float32)
    slopes = np.linalg.solve(spread, covariance[..., 3:])[..., 0]
    constant = goal - (slopes * mean).sum(-1, keepdims=True)
    return blurred(np.concatenate([slopes, constant], -1), sigma)


def follow(guide: Floats, fitted: Floats) -> Floats:
    """Apply what `fit` gave, enlarged to the size of `guide` [h, w, 3]; gives [h, w]."""
    return np.asarray((guide * fitted[..., :3]).sum(-1) + fitted[..., 3])


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
        """Return the classes that win more than a few pixels, most frequent first."""
        labels = self.probabilities.argmax(-1)
        found, counts = np.unique(labels, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        return [int(found[one]) for one in order if counts[one] >= LEAST_SHARE * labels.size]


def see(model: Model, photo: Pixels, way: Crop) -> Seen:
    """Segment a photo, made as large as the network's input holds; `way` says how its pixels enter."""
    crop = model.size("image")
    height, width = segmentation.fitted(photo.shape[:2], crop, "stretch" if way.fit == "stretch" else "fit")
    small = images.resize(photo, height, width)
    fitting = msgspec.structs.replace(way, fit="shrink")  # it fits: nothing resizes it again
    logits = model.run({"image": segmentation.prepare(small, fitting, crop)})
    logits = images.resize_bilinear(logits, *crop, way.logits_corners)[:height, :width]
    odds = np.exp(logits - logits.max(-1, keepdims=True))
    return Seen(small, odds / odds.sum(-1, keepdims=True))


def fit(seen: Seen, chosen: Collection[int]) -> Floats:
    """Fit the probability of the chosen classes to the photo's colours; [., ., 4], for `alpha` to be enlarged."""
    share = seen.probabilities[..., sorted(chosen)].sum(-1, keepdims=True)
    height, width = (-(-side // FINENESS) for side in share.shape[:2])
    both = images.enlarged(np.dstack([images.shares(seen.pixels), share]), (height, width))
    return guided_fit(both[..., :3], both[..., 3], WINDOW, RIDGE)


def alpha(photo: Floats, fitted: Floats) -> Floats:
    """Return the share of the chosen classes, [h, w] in [0, 1]: exactly 1 inside, exactly 0 outside, smooth between.

    `photo` [h, w, 3] is in [0, 1], `fitted` [h, w, 4] is what `fit` gave, enlarged to its size.
    """
    ramp = np.clip((follow(photo, fitted) - OUTSIDE) / (INSIDE - OUTSIDE), 0, 1)
    return np.asarray(ramp * ramp * (3 - 2 * ramp), np.float32)


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
        original, strip = images.shares(photo[rows]), images.enlarged(painting, whole, rows)
        if fitted is not None:
            share = alpha(original, images.enlarged(fitted, whole, rows))[..., None]
            strip += (original - strip) * (share if keep else 1 - share)
        blended[rows] = np.round(np.clip(strip, 0, 1) * 255)
    return blended
