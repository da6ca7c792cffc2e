"""Time a network's files and its official baselines in turn, in one run on this host."""

from pathlib import Path

from litemill.bench.host import Job, Turn, measure
from litemill.bench.machine import machine
from litemill.bench.operators import multiply_adds, xnnpack
from litemill.bench.statistics import latency
from litemill.conversion.gpu import refusals
from litemill.core import files, paths, stage, store
from litemill.core import params as parameters
from litemill.core.errors import RecordError
from litemill.core.measured import Benchmarked, Delegation, Latency, Measured
from litemill.core.params import Benchmark
from litemill.runtime import Model


def benchmark(network: str) -> str:
    """Time the files of one network."""
    settings = parameters.load().benchmark
    baselines = paths.baselines(network)
    chosen = {name: paths.artifact(network, name) for name in store.artifacts(network)} | baselines
    if not chosen:
        raise RecordError(f"{network}: no file to time", remedy="name a network of params.yaml, and run: dvc repro")
    paths_of = [str(path) for path in chosen.values()]
    together = measure(Job(tuple(paths_of), (Turn(1, settings.rounds, settings.warmup),))).times_ms[0]
    artifacts = tuple(
        measured(name, path, latency(1, times), settings, baseline=name in baselines)
        for (name, path), times in zip(chosen.items(), together, strict=True)
    )
    store.save(paths.record("benchmark", network), Benchmarked(network, machine(), settings.rounds, artifacts))
    fastest = min(artifacts, key=lambda one: one.latency[0].median_ms)
    return f"{network}: {len(artifacts)} files timed, fastest {fastest.name} {fastest.latency[0].median_ms:.3g} ms"


def measured(name: str, path: Path, alone: Latency, settings: Benchmark, *, baseline: bool) -> Measured:
    """Measure a file in a process of its own: start-up and memory at one thread, latency at more.

    Nothing else has grown that process's peak, and thread pools that wait for each other's turn would distort.
    """
    more = [threads for threads in settings.threads if threads != 1]
    turns = (Turn(1, 1), *(Turn(threads, settings.rounds, settings.warmup) for threads in more))
    found = measure(Job((str(path),), turns))
    latencies = {threads: latency(threads, times[0]) for threads, times in zip(more, found.times_ms[1:], strict=True)}
    ordered = tuple(latencies.get(threads, alone) for threads in settings.threads)
    model = Model(path)
    return Measured(
        name=name,
        sha256=files.sha256(path),
        init_ms=found.init_ms[0],
        peak_memory_mb=found.peak_memory_mb,
        latency=ordered,
        baseline=baseline,
        multiply_adds=multiply_adds(model),
        delegation=(xnnpack(model), Delegation("gpu", None, refusals(path.read_bytes()))),
    )


if __name__ == "__main__":
    stage.run(benchmark)
