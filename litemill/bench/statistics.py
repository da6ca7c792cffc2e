"""What a list of times says."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from litemill.records.cost import Latency


def latency(threads: int, times_ms: Sequence[float]) -> Latency:
    """Return median, 95th percentile and spread (interquartile range over median) of times in ms."""
    low, median, high, p95 = np.percentile(times_ms, [25, 50, 75, 95])
    return Latency(threads, float(median), float(p95), float((high - low) / median) if median else 0.0)


Change = Literal["faster", "slower", "no difference shown"]


CONFIDENCE = 0.95


# beyond this share a device is said to hold itself back
DRIFT = 0.05


LEAST_FOR_DRIFT = 4


# two copies of one file, by their places in memory
MARGIN = 0.02


class Summary(NamedTuple):
    """Median in ms, the interval of the typical process (null for a single one), spread, drift."""

    median_ms: float
    low_ms: float | None
    high_ms: float | None
    spread: float
    drift: float


class LatencyChange(NamedTuple):
    """How a second measurement stands to a first: its time over the first's, with the interval of that ratio."""

    change: Change
    ratio: float
    low: float | None
    high: float | None


def summarize(medians_ms: Sequence[float]) -> Summary:
    """Summarize processes' medians, in ms and in the order in which they ran."""
    low, median, high = np.percentile(medians_ms, [25, 50, 75])
    interval = _interval(medians_ms)
    return Summary(float(median), *interval, float((high - low) / median), _drift(medians_ms))


def compare(first_ms: Sequence[float], second_ms: Sequence[float]) -> LatencyChange:
    """Compare two measurements by their processes' medians in ms; with single processes nothing is shown."""
    first, second = np.log(first_ms), np.log(second_ms)
    ratio = float(np.median(second_ms) / np.median(first_ms))
    if min(len(first), len(second)) < 2:  # noqa: PLR2004
        return LatencyChange("no difference shown", ratio, None, None)
    parts = np.array([first.var(ddof=1) / len(first), second.var(ddof=1) / len(second)])
    error = float(np.sqrt(parts.sum()))
    degrees = parts.sum() ** 2 / (parts**2 / [len(first) - 1, len(second) - 1]).sum() if error else 1.0
    middle, half = float(second.mean() - first.mean()), _quantile(float(degrees)) * error
    low, high = float(np.exp(middle - half)), float(np.exp(middle + half))
    change: Change = "faster" if high < 1 else "slower" if low > 1 else "no difference shown"
    return LatencyChange(change, ratio, low, high)


def paired(ratios: Sequence[float]) -> LatencyChange:
    """Compare two measurements that took turns in the same processes, by the ratio of the second to the first in each.

    What the machine did meanwhile hit both alike; `MARGIN` covers what two copies of one file may differ by.
    """
    low, high = _interval(ratios)
    if low is None or high is None:
        return LatencyChange("no difference shown", float(np.median(ratios)), None, None)
    change: Change = "no difference shown"
    if high < 1 / (1 + MARGIN):
        change = "faster"
    elif low > 1 + MARGIN:
        change = "slower"
    return LatencyChange(change, float(np.median(ratios)), low, high)


def _interval(medians_ms: Sequence[float]) -> tuple[float | None, float | None]:
    logs, count = np.log(medians_ms), len(medians_ms)
    if count < 2:  # noqa: PLR2004
        return None, None
    half = _quantile(count - 1) * float(logs.std(ddof=1)) / np.sqrt(count)
    return float(np.exp(logs.mean() - half)), float(np.exp(logs.mean() + half))


def _drift(medians_ms: Sequence[float]) -> float:
    """Return the share by which times grew from the first to the last process, by a line through all of them."""
    count = len(medians_ms)
    if count < LEAST_FOR_DRIFT:
        return 0.0
    slope, start = np.polyfit(np.arange(count), np.asarray(medians_ms), 1)
    return float(slope * (count - 1) / start) if start > 0 else 0.0


def _quantile(degrees: float) -> float:
    """Student's t, two-sided."""
    from scipy.special import stdtrit  # noqa: PLC0415  half a second, for those who measure only

    return float(stdtrit(degrees, (1 + CONFIDENCE) / 2))
