"""When two latencies are the same: noise must not make a choice flip."""

import math

from litemill.core.measured import Latency

# of the interquartile range over the root of the number of runs: medians whose intervals do not meet differ, at
# about 95 % (McGill, Tukey, Larsen: Variations of Box Plots, The American Statistician 32, 1978)
NOTCH = 1.57


def tied(one: Latency, other: Latency, rounds: int, share: float) -> bool:
    """Say whether two latencies count as the same.

    Parameters
    ----------
    one, other
        Medians in ms and their spreads (interquartile range over median).
    rounds
        Timed runs of each.
    share
        Of the smaller median, the difference that counts for nothing whatever the spread.
    """
    noise = sum(NOTCH * each.spread * each.median_ms for each in (one, other)) / math.sqrt(rounds)
    nothing = max(noise, share * min(one.median_ms, other.median_ms))
    return abs(one.median_ms - other.median_ms) <= nothing


def faster(one: Latency, other: Latency, rounds: int, share: float) -> bool:
    """Say whether one latency is below another by more than counts for nothing."""
    return one.median_ms < other.median_ms and not tied(one, other, rounds, share)
