"""Work spread over the cores: NumPy, LiteRT, TensorFlow and Pillow compute outside of Python's lock."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# each run of a large graph holds activations of a gigabyte: more at once would want more memory than they save time
MOST = 4
# a worker that is for one thread says so, as Dask does of its own
_said = os.environ.get("OMP_NUM_THREADS", "")
CORES = min(MOST, int(_said) if _said.isdecimal() and int(_said) else os.cpu_count() or 1)


def each(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Give a function's results in the order of the items; the first error of that order is raised."""
    with ThreadPoolExecutor(CORES) as pool:
        return list(pool.map(function, items))


def shares(items: Sequence[Item]) -> list[Sequence[Item]]:
    """Cut items into as many runs as there are cores, for what can't be shared by threads; none is empty."""
    count = min(CORES, len(items))
    return [items[len(items) * at // count : len(items) * (at + 1) // count] for at in range(count)]
