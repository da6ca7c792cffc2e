"""What the rewrites do to a network's latency and memory, each alone and all together."""

from msgspec.structs import asdict

from litemill.bench.host import Job, Turn, measure_in_turn
from litemill.bench.statistics import latency
from litemill.ground import project
from litemill.records import store
from litemill.records.cost import Rewriting, TimedVariant
from litemill.settings.benchmark import Benchmark


def rewriting(network: str, settings: Benchmark) -> Rewriting:
    """Time a network's variants in turn, then take start-up and peak of memory, each file in a process of its own."""
    found = store.variants(network)
    if not found:
        return Rewriting(network)
    files = [project.variant(network, one.name) for one in found]
    turn = Turn(1, settings.rewriting_rounds, settings.warmup)
    together, *alone = measure_in_turn(
        [Job(tuple(map(str, files)), (turn,)), *(Job((str(path),), (Turn(1, 1),)) for path in files)]
    )
    rows = zip(found, together.times_ms[0], alone, strict=True)
    timed = tuple(
        TimedVariant(
            **asdict(one),
            figures={"init_ms": cost.init_ms[0], "peak_memory_mb": cost.peak_memory_mb},
            latency=latency(1, times_ms),
        )
        for one, times_ms, cost in rows
    )
    return Rewriting(network, timed)
