"""A guided filter: any picture said as a local linear function of a photo, whose edges it then takes.

Source: K. He, J. Sun, X. Tang, "Guided Image Filtering" (2013), the colour form, with Gaussian windows; fitted on a
small photo and applied to the large one, as in K. He, J. Sun, "Fast Guided Filter" (2015).
"""

import numpy as np

from litemill.tasks.pictures import Floats


def blurred(values: Floats, sigma: float) -> Floats:
    """Blur [h, w, channels] with a Gaussian of `sigma` pixels."""
    from skimage.filters import gaussian  # noqa: PLC0415  scipy costs 0.3 s that few stages need

    return np.asarray(gaussian(values, sigma, mode="nearest", truncate=3, channel_axis=-1), np.float32)


def fit(guide: Floats, target: Floats, sigma: float, ridge: float) -> Floats:
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
