"""Time on this host a network's files and its official baselines in turn, and what its rewrites do."""

from collections.abc import Sequence
from pathlib import Path

from litemill.bench.host import Job, Outcome, Turn, measure_in_turn
from litemill.bench.machine import machine
from litemill.bench.rewriting import rewriting
from litemill.bench.statistics import latency
from litemill.ground import command, io, project
from litemill.ground.errors import RecordError
from litemill.records import store
from litemill.records.cost import Benchmarked, Latency, Measured
from litemill.settings import pieces
from litemill.settings.benchmark import Benchmark


def benchmark(network: str) -> str:
    """Time the files of one network."""
    settings = pieces.read("benchmark", Benchmark)
    baselines = project.baselines(network)
    built = sorted(project.artifact(network, "any").parent.glob("*.tflite"))
    chosen = {path.stem: path for path in built} | baselines
    if not chosen:
        raise RecordError(f"{network}: no file to time", remedy="name a network of params.yaml, and run: dvc repro")
    together, *alone = measure_in_turn(jobs([str(path) for path in chosen.values()], settings))
    artifacts = tuple(
        measured(name, path, latencies(times_ms, one, settings), one, baseline=name in baselines)
        for (name, path), times_ms, one in zip(chosen.items(), together.times_ms[0], alone, strict=True)
    )
    store.save(project.record("benchmark", network), Benchmarked(network, machine(), settings.rounds, artifacts))
    store.save(project.record("rewriting", network), rewriting(network, settings))
    fastest = min(artifacts, key=lambda one: one.latency[0].median_ms)
    return f"{network}: {len(artifacts)} files timed, fastest {fastest.name} {fastest.latency[0].median_ms:.3g} ms"


def jobs(names: Sequence[str], settings: Benchmark) -> list[Job]:
    """Return what is measured, in order: all files in turn at one thread; then each in a process of its own.

    There it has its start-up and memory taken at one thread, since nothing else has grown that process's peak; and its
    latency at more, since thread pools that wait for each other's turn would distort.
    """
    together = Job(tuple(names), (Turn(1, settings.rounds, settings.warmup),))
    timed = [Turn(threads, settings.rounds, settings.warmup) for threads in more(settings)]
    return [together, *(Job((name,), (Turn(1, 1), *timed)) for name in names)]


def more(settings: Benchmark) -> list[int]:
    """Return the numbers of threads beyond one."""
    return [threads for threads in settings.threads if threads != 1]


def latencies(times_ms: Sequence[float], alone: Outcome, settings: Benchmark) -> tuple[Latency, ...]:
    """Return a file's latency at each number of threads, from its runs in turn with the others and from those alone."""
    turns = zip(more(settings), alone.times_ms[1:], strict=True)
    times = {1: times_ms} | {threads: one for threads, (one,) in turns}
    return tuple(latency(threads, times[threads]) for threads in settings.threads)


def measured(name: str, path: Path, found: tuple[Latency, ...], alone: Outcome, *, baseline: bool) -> Measured:
    """Say what a file costs."""
    figures = {"init_ms": alone.init_ms[0], "peak_memory_mb": alone.peak_memory_mb}
    return Measured(name, io.sha256(path), figures, found, baseline)


if __name__ == "__main__":
    command.run(benchmark)
