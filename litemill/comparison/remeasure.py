"""Two files of the same work timed against each other, now and on this host."""

from pathlib import Path

import numpy as np

from litemill.bench import processes
from litemill.bench.host import Job, Turn, measure
from litemill.bench.processes import Comparison
from litemill.core.params import Benchmark

# even, so that each file is loaded first in half of them; benchmarks/remeasure.py shows how far these can be trusted
PROCESSES = 10
ROUNDS = 7


def remeasure(base: Path, head: Path, timed: Benchmark) -> Comparison:
    """Time two files in turn at one thread, in several processes that load them in either order by turns.

    A process says the median, over its rounds, of the head's time over the base's a moment earlier or later. The time
    is the processor's: what a run waits for on a machine that others use says nothing of the file.
    """
    ratios = []
    for number in range(PROCESSES):
        pair = (head, base) if number % 2 else (base, head)
        job = Job(tuple(str(path) for path in pair), (Turn(1, ROUNDS, timed.warmup),), "processor")
        first, second = (np.array(times) for times in measure(job).times_ms[0])
        ratios.append(float(np.median(first / second if number % 2 else second / first)))
    return processes.paired(ratios)
