"""How each figure is called and written; nothing is rounded up to perfect."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple


class Measure(NamedTuple):
    """A figure's title in a table, and how its values are written there."""

    title: str
    write: Callable[[float], str]


def floored(value: float, digits: int) -> str:
    """Write a number cut, not rounded, to `digits` decimals: 0.99996 never reads as 1.0000."""
    scale = 10**digits
    # a thousandth of the last digit makes up for what binary fractions lose
    return f"{math.floor(value * scale + 1e-3) / scale:.{digits}f}"


def percent(value: float) -> str:
    """Write a share of 0 to 1, cut to two decimals of a percent."""
    return f"{floored(100 * value, 2)} %"


def short(value: float) -> str:
    """Write an error, in whatever unit it has, with three significant digits."""
    return f"{value:.3g}"


def amount(value: float) -> str:
    """Write milliseconds or megabytes with about three digits, the last ones of a column in line."""
    decimals = 2 if value < 10 else 1 if value < 100 else 0  # noqa: PLR2004  tens and hundreds
    return f"{value:.{decimals}f}"


def _decimals(digits: int) -> Callable[[float], str]:
    return lambda value: floored(value, digits)


# in the order in which tables show them
MEASURES = {
    "label_agreement": Measure("label agreement", percent),
    "mean_iou": Measure("mean IoU", _decimals(3)),
    "bottleneck_cosine": Measure("bottleneck cosine", _decimals(5)),
    "bottleneck_cosine_min": Measure("worst cosine", _decimals(5)),
    "bottleneck_rms": Measure("bottleneck RMS", short),
    "bottleneck_max_error": Measure("largest error", short),
    "psnr_db": Measure("PSNR, dB", _decimals(1)),
    "psnr_db_min": Measure("worst PSNR, dB", _decimals(1)),
    "ssim": Measure("SSIM", _decimals(3)),
    "max_error": Measure("largest error", short),
    "logits_rms": Measure("logits RMS", short),
    "logits_max_error": Measure("logits, largest error", short),
    "logits_psnr_db": Measure("logits PSNR, dB", _decimals(1)),
}

# a task's own main measure: the first of these that it has
MAIN = ("label_agreement", "bottleneck_cosine", "psnr_db")


def measure(name: str) -> Measure:
    """Return a figure's title and form; one that is not known is written under its own name."""
    return MEASURES.get(name, Measure(name.replace("_", " "), short))


def write(name: str, value: float) -> str:
    """Write a figure as tables do."""
    return measure(name).write(value)


def ordered(names: Iterable[str]) -> list[str]:
    """Put figures in the order in which tables show them, unknown ones last."""
    known = list(MEASURES)
    return sorted(set(names), key=lambda name: (known.index(name) if name in known else len(known), name))


def main(metrics: Mapping[str, float]) -> str:
    """Name the main one of a file's figures."""
    return next((name for name in MAIN if name in metrics), min(metrics))


def worst(pictures: Mapping[str, Mapping[str, float]]) -> str:
    """Name the sample with the least of the main figure, given the figures of each."""
    key = main(next(iter(pictures.values())))
    return min(sorted(pictures), key=lambda name: pictures[name][key])


def sentence(metrics: Mapping[str, float]) -> str:
    """Say a file's main figure in a table where tasks are mixed: `99.11 % of labels`, `PSNR 37.5 dB`."""
    name = main(metrics)
    value = write(name, metrics[name])
    forms = {
        "label_agreement": f"{value} of labels",
        "bottleneck_cosine": f"cosine {value}",
        "psnr_db": f"PSNR {value} dB",
    }
    return forms.get(name, f"{measure(name).title} {value}")
