"""Two files of the same work timed against each other, now and on this host."""

from pathlib import Path

import numpy as np

from litemill.bench import processes
from litemill.bench.host import Job, Turn, measure
from litemill.bench.processes import Comparison
from litemill.core.params import Benchmark

PROCESSES = 7


def remeasure(base: Path, head: Path, timed: Benchmark) -> Comparison:
    """Time two files in turn at one thread, in several processes that load them in either order by turns."""
    medians: dict[Path, list[float]] = {base: [], head: []}
    for number in range(PROCESSES):
        pair = (head, base) if number % 2 else (base, head)
        turns = (Turn(1, timed.rounds),)
        times = measure(Job(tuple(str(path) for path in pair), turns, timed.warmup)).times_ms[0]
        for path, taken in zip(pair, times, strict=True):
            medians[path].append(float(np.median(taken)))
    return processes.paired(medians[base], medians[head])
