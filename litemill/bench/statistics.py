"""What a list of times says."""

from collections.abc import Sequence

import numpy as np

from litemill.core.measured import Latency


def latency(threads: int, times_ms: Sequence[float]) -> Latency:
    """Give median, 95th percentile and spread (interquartile range over median) of times in ms."""
    low, median, high, p95 = np.percentile(times_ms, [25, 50, 75, 95])
    return Latency(threads, float(median), float(p95), float((high - low) / median) if median else 0.0)
