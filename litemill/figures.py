"""Figures of TFLite files: what each is called, which way it is better, and how it is written.

`FIGURES` is the one list of them. Records hold values by name; tables, `reports/metrics.json`, budgets and comparisons
iterate over the list. A new figure is an entry here, and the line that measures it.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, NamedTuple

Write = Callable[[float], str]


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


def whole(value: float) -> str:
    """Write a count, its digits in groups of three."""
    return f"{value:,.0f}"


def _decimals(digits: int) -> Write:
    return lambda value: floored(value, digits)


class Figure(NamedTuple):
    """A figure of a file.

    Parameters
    ----------
    name
        In records, budgets, tolerances and `reports/metrics.json`.
    title, unit
        In tables; the unit is empty where the value says it, or there is none.
    write
        How a value is written.
    kind
        `accuracy`, against the original: more is better. `cost`: less is better. A `detail` of the accuracy stands in
        its table alone.
    together
        What the files that are shipped for a target have together: the sum, the most or the least.
    step, relative
        The least change that says something; by its share of the earlier value where it is relative.
    enough
        Beyond it more is not better.
    timed
        Whether it is of one moment of one machine: two runs are not compared by it.
    places
        Whether it is measured at several numbers of threads, and on devices.
    overview
        Whether the report's first table shows it.
    budget
        What budgets call it, where that is not its name.
    """

    name: str
    title: str
    write: Write = amount
    unit: str = ""
    kind: Literal["accuracy", "cost", "detail"] = "cost"
    together: Literal["sum", "most", "least"] = "sum"
    step: float = 0.05
    relative: bool = True
    enough: float = math.inf
    timed: bool = False
    places: bool = False
    overview: bool = False
    budget: str = ""

    @property
    def heading(self) -> str:
        """Title and unit, for a column."""
        return f"{self.title}, {self.unit}" if self.unit else self.title


def _near(name: str, title: str, write: Write, unit: str = "", step: float = 0.0, enough: float = math.inf) -> Figure:
    return Figure(name, title, write, unit, "accuracy", "least", step, relative=False, enough=enough)


def _detail(name: str, title: str, write: Write = short, unit: str = "") -> Figure:
    return Figure(name, title, write, unit, "detail")


# beyond 60 dB no picture of 8 bits shows an error
_LISTED = (
    Figure("size_bytes", "size", whole, "bytes", step=1e-3, overview=True, budget="bytes"),
    _near("label_agreement", "label agreement", percent, step=5e-4),
    _near("mean_iou", "mean IoU", _decimals(3), step=2e-3),
    _near("bottleneck_cosine", "bottleneck cosine", _decimals(5), step=1e-5),
    _detail("bottleneck_cosine_min", "worst cosine", _decimals(5)),
    _detail("bottleneck_rms", "bottleneck RMS"),
    _detail("bottleneck_max_error", "largest error"),
    _near("psnr_db", "PSNR", _decimals(1), "dB", step=0.1, enough=60.0),
    _detail("psnr_db_min", "worst PSNR", _decimals(1), "dB"),
    _near("ssim", "SSIM", _decimals(3), step=1e-3),
    _detail("max_error", "largest error"),
    _detail("logits_rms", "logits RMS"),
    _detail("logits_max_error", "logits, largest error"),
    _detail("logits_psnr_db", "logits PSNR", _decimals(1), "dB"),
    Figure("latency_ms", "median", unit="ms", timed=True, places=True, overview=True),
    Figure("p95_ms", "p95", unit="ms", timed=True, places=True),
    Figure("peak_memory_mb", "peak memory", unit="MB", together="most", overview=True),
    Figure("init_ms", "init", unit="ms", timed=True, overview=True),
    Figure("multiply_adds", "multiply-adds", lambda value: f"{value / 1e6:,.0f}", "M", step=1e-3),
    Figure("operators", "operators", whole, step=1e-3),
)

# by name, in the order in which tables show them
FIGURES: dict[str, Figure] = {figure.name: figure for figure in _LISTED}

# a task's own main figure: the first of these that it has
MAIN = ("label_agreement", "bottleneck_cosine", "psnr_db")


def of(name: str) -> Figure:
    """Return a figure; what is not registered is written under its own name."""
    return FIGURES.get(name, Figure(name, name.replace("_", " "), short))


def budgeted() -> dict[str, Figure]:
    """Return what a budget may be on, by what budgets call it."""
    return {one.budget or one.name: one for one in FIGURES.values() if one.kind != "detail"}


def write(name: str, value: float) -> str:
    """Write a figure as tables do."""
    return of(name).write(value)


def costs(*, places: bool) -> list[Figure]:
    """Return what files cost: what is measured at several places, or what is one value a file."""
    return [figure for figure in FIGURES.values() if figure.kind == "cost" and figure.places == places]


def ordered(names: Iterable[str]) -> list[str]:
    """Put names in the order of the list, those that are not registered last."""
    known = list(FIGURES)
    return sorted(set(names), key=lambda name: (known.index(name) if name in known else len(known), name))


def main(metrics: Mapping[str, float]) -> str:
    """Name the main figure of a file's accuracy."""
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
    return forms.get(name, f"{of(name).heading} {value}")
