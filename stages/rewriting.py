"""Time what the rewrites made of a network, each alone and all together, in turn."""

from msgspec.structs import asdict

from litemill.bench.host import Job, Turn, measure
from litemill.bench.operators import multiply_adds, xnnpack
from litemill.bench.statistics import latency
from litemill.core import params as parameters
from litemill.core import paths, stage, store, threads
from litemill.core.measured import Rewriting, TimedVariant
from litemill.core.params import Benchmark
from litemill.core.records import Variant
from litemill.runtime import Model


def rewriting(network: str) -> str:
    """Show what the rewrites of one network do."""
    settings, found = parameters.load().benchmark, store.variants(network)
    timed = measured(network, found, settings) if found else ()
    store.save(paths.record("rewriting", network), Rewriting(network, timed))
    if not timed:
        return f"{network}: no rewrites"
    return f"{network}: {timed[-1].latency.median_ms / timed[0].latency.median_ms:.2f} of the latency without rewrites"


def measured(network: str, found: tuple[Variant, ...], settings: Benchmark) -> tuple[TimedVariant, ...]:
    """Time the variants in turn; ahead of that, their peaks of memory, each file in a process of its own."""
    files = [paths.variant(network, one.name) for one in found]
    names = [str(path) for path in files]
    peaks = threads.each(lambda name: measure(Job((name,), (Turn(1, 1),))).peak_memory_mb, names)
    together = measure(Job(tuple(names), (Turn(1, settings.rewriting_rounds, settings.warmup),)))
    rows = zip(found, map(Model, files), together.times_ms[0], together.init_ms, peaks, strict=True)
    return tuple(
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


if __name__ == "__main__":
    stage.run(rewriting)
