"""Style transfer in NumPy: what enters predict and transfer, and how what leaves them is judged."""

import numpy as np

from litemill.tasks import metrics
from litemill.tasks.images import Floats, Pixels, resize


def prepare(pixels: Pixels, size: tuple[int, int]) -> Floats:
    """Turn uint8 [h, w, 3] into float32 [size, 3] in [0, 1]."""
    return resize(pixels, *size).astype(np.float32) / np.float32(255)


def shown(picture: Floats) -> Pixels:
    """Turn a picture [h, w, 3] in [0, 1] into uint8."""
    return np.round(np.clip(picture, 0, 1) * np.float32(255)).astype(np.uint8)


def judge_bottleneck(found: Floats, original: Floats) -> dict[str, float]:
    """Hold a style bottleneck [1, 1, n] against the original's."""
    return {
        "bottleneck_cosine": metrics.cosine(found, original),
        "bottleneck_rms": metrics.rms(found, original),
        "bottleneck_max_error": metrics.max_error(found, original),
    }


def judge_picture(found: Floats, original: Floats) -> dict[str, float]:
    """Hold a stylized picture [h, w, 3] in [0, 1] against the original's."""
    return {
        "psnr_db": metrics.psnr_db(found, original),
        "ssim": metrics.ssim(found, original),
        "max_error": metrics.max_error(found, original),
    }
