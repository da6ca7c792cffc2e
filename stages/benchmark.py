"""Time a network's files and its official baselines in turn, in one run on this host."""

from pathlib import Path

from litemill.bench.host import Job, measure
from litemill.bench.machine import machine
from litemill.bench.statistics import latency
from litemill.core import files, paths, stage, store
from litemill.core import params as parameters
from litemill.core.errors import RecordError
from litemill.core.params import Benchmark
from litemill.core.records import Benchmarked, Latency, Measured


def benchmark(network: str) -> str:
    """Time the files of one network."""
    settings = parameters.load().benchmark
    baselines = paths.baselines(network)
    chosen = {name: paths.artifact(network, name) for name in store.artifacts(network)} | baselines
    if not chosen:
        raise RecordError(f"{network}: no file to time", remedy="name a network of params.yaml, and run: dvc repro")
    latencies = timed(chosen, settings)
    artifacts = tuple(
        measured(name, path, latencies[name], baseline=name in baselines) for name, path in chosen.items()
    )
    store.save(paths.record("benchmark", network), Benchmarked(network, machine(), settings.rounds, artifacts))
    fastest = min(artifacts, key=lambda one: one.latency[0].median_ms)
    return f"{network}: {len(artifacts)} files timed, fastest {fastest.name} {fastest.latency[0].median_ms:.3g} ms"


def timed(chosen: dict[str, Path], settings: Benchmark) -> dict[str, list[Latency]]:
    """Time files at each number of threads.

    One thread: all in turn in one process, so that what else the machine does hits all alike. More: a process a file,
    since thread pools that wait for each other's turn distort.
    """
    latencies: dict[str, list[Latency]] = {name: [] for name in chosen}
    for threads in settings.threads:
        for names in [list(chosen)] if threads == 1 else [[name] for name in chosen]:
            job = Job(tuple(str(chosen[name]) for name in names), threads, settings.rounds, settings.warmup)
            for name, times in zip(names, measure(job).times_ms, strict=True):
                latencies[name].append(latency(threads, times))
    return latencies


def measured(name: str, path: Path, latencies: list[Latency], *, baseline: bool) -> Measured:
    """Measure a file's start-up and memory in a process of its own, where nothing else has grown the peak."""
    alone = measure(Job((str(path),), threads=1, rounds=1, warmup=1))
    return Measured(name, files.sha256(path), alone.init_ms[0], alone.peak_memory_mb, tuple(latencies), baseline)


if __name__ == "__main__":
    stage.run(benchmark)
