"""What the rewrites do to a network's latency and memory, each alone and all together."""

from msgspec.structs import asdict

from litemill.bench.host import Job, Turn, measure
from litemill.bench.operators import multiply_adds, xnnpack
from litemill.bench.statistics import latency
from litemill.core import paths, store, threads
from litemill.core.measured import Rewriting, TimedVariant
from litemill.core.params import Benchmark
from litemill.runtime import Model


def rewriting(network: str, settings: Benchmark) -> Rewriting:
    """Time a network's variants in turn; ahead of that, their peaks of memory, each file in a process of its own."""
    found = store.variants(network)
    if not found:
        return Rewriting(network)
    files = [paths.variant(network, one.name) for one in found]
    names = [str(path) for path in files]
    peaks = threads.each(lambda name: measure(Job((name,), (Turn(1, 1),))).peak_memory_mb, names)
    together = measure(Job(tuple(names), (Turn(1, settings.rewriting_rounds, settings.warmup),)))
    rows = zip(found, map(Model, files), together.times_ms[0], together.init_ms, peaks, strict=True)
    timed = tuple(
        TimedVariant(
            **asdict(one),
            ops=len(model.operators()),
            multiply_adds=multiply_adds(model),
            delegation=xnnpack(model),
            latency=latency(1, times_ms),
            init_ms=init_ms,
            peak_memory_mb=peak_memory_mb,
        )
        for one, model, times_ms, init_ms, peak_memory_mb in rows
    )
    return Rewriting(network, timed)
