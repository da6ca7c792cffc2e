"""How near two results are: arrays in, numbers out, the unit in the name."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.integer]
Floats = npt.NDArray[np.floating]

# beyond this two float32 pictures are the same but for rounding; it also keeps equal ones from infinity
MAX_PSNR_DB = 160.0


def label_agreement(labels: Labels, reference: Labels) -> float:
    """Share of pixels with the same label, 0 to 1; both [height, width]."""
    return float(np.mean(labels == reference))


def confusion(labels: Labels, reference: Labels, classes: int, ignore: int = 255) -> npt.NDArray[np.int64]:
    """Count pixels as [reference class, label], leaving out those whose reference is `ignore`."""
    kept = reference != ignore
    pairs = reference[kept].astype(np.int64) * classes + labels[kept]
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes).astype(np.int64)


def class_iou(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Intersection over union of each class of a confusion matrix; NaN where a class is in neither."""
    hits = np.diag(counts).astype(np.float64)
    union = counts.sum(0) + counts.sum(1) - hits
    scores = np.full(len(hits), np.nan)
    np.divide(hits, union, out=scores, where=union > 0)
    return scores


def mean_iou(counts: npt.NDArray[np.int64]) -> float:
    """Mean intersection over union, 0 to 1, of the classes that occur in a confusion matrix."""
    return float(np.nanmean(class_iou(counts)))


def rms(values: Floats, reference: Floats) -> float:
    """Root mean square of the difference, in the values' own unit."""
    return float(np.sqrt(np.mean(np.square(values.astype(np.float64) - reference))))


def max_error(values: Floats, reference: Floats) -> float:
    """Largest absolute difference, in the values' own unit."""
    return float(np.max(np.abs(values.astype(np.float64) - reference)))


def psnr_db(values: Floats, reference: Floats, peak: float = 1.0) -> float:
    """Peak signal-to-noise ratio in dB against a signal of range `peak`, at most `MAX_PSNR_DB`."""
    error = rms(values, reference)
    return min(MAX_PSNR_DB, 20 * float(np.log10(peak / error))) if error > 0 else MAX_PSNR_DB


def cosine(values: Floats, reference: Floats) -> float:
    """Cosine of the angle between two vectors, -1 to 1; 0 where one of them is zero."""
    a, b = values.astype(np.float64).ravel(), reference.astype(np.float64).ravel()
    norm = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.dot(a, b)) / norm if norm > 0 else 0.0


def ssim(picture: Floats, reference: Floats) -> float:
    """Structural similarity of two pictures [height, width, 3] in [0, 1] (Wang et al. 2004, Gaussian window)."""
    from skimage.metrics import structural_similarity  # noqa: PLC0415  scipy costs 0.3 s that few stages need

    value = structural_similarity(
        picture,
        reference,
        channel_axis=-1,
        data_range=1.0,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )
    return float(value)


def summary(figures: Iterable[dict[str, float]]) -> dict[str, float]:
    """Take the mean of each figure over the pictures, and its worst where the mean hides it."""
    each = list(figures)
    means = {name: float(np.mean([one[name] for one in each])) for name in each[0]}
    worst = {
        f"{name}_min": float(min(one[name] for one in each))
        for name in ("psnr_db", "bottleneck_cosine")
        if name in means
    }
    largest = {name: float(max(one[name] for one in each)) for name in means if name.endswith("max_error")}
    return means | worst | largest
