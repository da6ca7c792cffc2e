"""Segmentation in NumPy, as the original graphs do it: ahead of the network, behind it, and how it is judged."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from litemill.settings.catalog import Crop, Fit
from litemill.tasks import metrics
from litemill.tasks.images import Floats, Pixels, resize_bilinear, resize_nearest

Size = tuple[int, int]


def fitted(size: Size, crop: Size, fit: Fit = "shrink") -> Size:
    """Return height and width of a picture that was made to fit the crop, its shape kept unless it is stretched."""
    if fit == "stretch":
        return crop
    scale = min(np.float32(whole) / np.float32(side) for side, whole in zip(size, crop, strict=True))
    if fit != "fit":
        scale = min(scale, np.float32(1))
    height, width = (int(max(np.float32(side) * scale, np.float32(1))) for side in size)
    return min(height, crop[0]), min(width, crop[1])


def prepare(pixels: Pixels, crop: Crop, size: Size) -> Floats:
    """Turn uint8 [h, w, 3] into what enters the network, float32 [size, 3]: made to fit, padded, scaled."""
    height, width = fitted(pixels.shape[:2], size, crop.fit)
    padded = np.full((*size, 3), crop.pad_value, np.float32)
    padded[:height, :width] = resize_bilinear(pixels, height, width, crop.corners)
    return padded * np.float32(crop.scale) + np.float32(crop.offset)


def labels(logits: Floats, crop: Size, picture: Size, way: Crop | None = None) -> Pixels:
    """Turn logits [h, w, classes] into labels uint8 of the picture's size.

    The logits are resized to the crop, their largest class is taken, the padding cut off, and the labels spread over
    the picture's own size, in this order, as the original graphs do; `way` says how that one fits and resizes.
    """
    way = way or Crop(crop)
    if logits.shape[:2] != crop:
        logits = resize_bilinear(logits, *crop, way.logits_corners)
    height, width = fitted(picture, crop, way.fit)
    found = logits.argmax(-1)[:height, :width].astype(np.uint8)
    return resize_nearest(found, *picture, way.labels_corners).astype(np.uint8)


def judge(found: Pixels, original: Pixels, classes: int) -> dict[str, float]:
    """Hold one picture's labels against the original's."""
    counts = metrics.confusion(found, original, classes)
    return {"label_agreement": metrics.label_agreement(found, original), "mean_iou": metrics.mean_iou(counts)}


def judge_all(pairs: Sequence[tuple[Pixels, Pixels]], classes: int) -> dict[str, float]:
    """Hold the labels of all pictures against the original's: mean agreement, IoU over all pixels together."""
    counts, agreements = np.zeros((classes, classes), np.int64), []
    for found, original in pairs:
        counts += metrics.confusion(found, original, classes)
        agreements.append(metrics.label_agreement(found, original))
    return {"label_agreement": float(np.mean(agreements)), "mean_iou": metrics.mean_iou(counts)}


def judge_logits(logits: Floats, original: npt.NDArray[np.floating]) -> dict[str, float]:
    """Hold logits against the original's at the same cut; the PSNR's peak is the range of the original's."""
    return {
        "logits_rms": metrics.rms(logits, original),
        "logits_max_error": metrics.max_error(logits, original),
        "logits_psnr_db": metrics.psnr_db(logits, original, float(np.ptp(original))),
    }


def truth_iou(pairs: Sequence[tuple[Pixels, Pixels]], names: Sequence[str]) -> dict[str, float]:
    """Return the IoU with the ground truth of each class that it holds; 255 in it is not judged."""
    counts = sum(metrics.confusion(found, truth, len(names)) for found, truth in pairs)
    scores = metrics.class_iou(np.asarray(counts))
    present = sorted({int(label) for _, truth in pairs for label in np.unique(truth)} - {255})
    return {names[label]: float(scores[label]) for label in present}
