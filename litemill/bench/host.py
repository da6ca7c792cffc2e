"""Latency, start-up and memory of TFLite files on this host, each run in a process of its own.

As a program (`python -m litemill.bench.host`) it says an empty line when it is ready, reads a job as JSON from its
input and prints the result.
"""

import select
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import PIPE, Popen, TimeoutExpired
from typing import Literal

import msgspec
import numpy as np

from litemill.ground.errors import ArtifactError
from litemill.ground.process import die_with_parent
from litemill.runtime import Model

TIME_LIMIT_S = 900
# for processes to import what they need; one that is late gets its job all the same, and has its own limit
START_LIMIT_S = 60
# processes that wait for their jobs, of some 40 MB each
AHEAD = 16

# `processor`: what the process itself computed, on all its threads; without what it waited for on a busy machine
Clock = Literal["wall", "processor"]
CLOCKS: dict[Clock, Callable[[], float]] = {"wall": time.perf_counter, "processor": time.process_time}


class Turn(msgspec.Struct, frozen=True):
    """How often each file is run at a number of threads; ahead of that, `warmup` times that do not count."""

    threads: int
    rounds: int
    warmup: int = 0


class Job(msgspec.Struct, frozen=True):
    """Files to run by turns: at each turn's number of threads, one after the other."""

    paths: tuple[str, ...]
    turns: tuple[Turn, ...]
    clock: Clock = "wall"


class Outcome(msgspec.Struct, frozen=True):
    """Times in ms by turn, file and run; of the first turn, the files' start-up in ms and the growth of the peak in MB.

    The peak is the process's: of all files together.
    """

    times_ms: tuple[tuple[tuple[float, ...], ...], ...]
    init_ms: tuple[float, ...]
    peak_memory_mb: float


def measure(job: Job) -> Outcome:
    """Do a job in a fresh process; ArtifactError where it fails or takes too long."""
    return measure_in_turn([job])[0]


def measure_in_turn(jobs: Sequence[Job]) -> list[Outcome]:
    """Do jobs one after the other, each in a fresh process; ArtifactError where one fails or takes too long.

    Some processes are started at a time, ahead of their jobs: they import side by side, and never beside what is timed.
    """
    found: list[Outcome] = []
    for at in range(0, len(jobs), AHEAD):
        some = jobs[at : at + AHEAD]
        with ExitStack() as running:
            processes = [running.enter_context(_process()) for _ in some]
            deadline = time.monotonic() + START_LIMIT_S
            for output in [process.stdout for process in processes if process.stdout]:
                select.select([output], [], [], max(0, deadline - time.monotonic()))
            found += map(_outcome, processes, some)
    return found


@contextmanager
def _process() -> Iterator[Popen[bytes]]:
    """Start a process that waits for a job, and end it with the context; when it can begin, its output is readable."""
    command = [sys.executable, "-m", "litemill.bench.host"]
    with Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, bufsize=0) as process:
        try:
            yield process
        finally:
            process.kill()


def _outcome(process: Popen[bytes], job: Job) -> Outcome:
    """Have a process do a job."""
    names = ", ".join(job.paths)
    try:
        output, errors = process.communicate(msgspec.json.encode(job), TIME_LIMIT_S)
    except TimeoutExpired:
        raise ArtifactError(
            f"{names}: too slow to be timed",
            expected=f"{TIME_LIMIT_S} s at most",
            remedy="lower benchmark.rounds in params.yaml",
        ) from None
    if process.returncode:
        last = (errors.decode(errors="replace").strip().splitlines() or [f"exit status {process.returncode}"])[-1]
        raise ArtifactError(f"{names}: can't be timed", got=last, remedy="remove the file, then run: dvc repro")
    return msgspec.json.decode(output, type=Outcome)


def work(job: Job) -> Outcome:
    """Do a job in this process."""
    before = resident_mb("VmRSS")
    times: list[tuple[tuple[float, ...], ...]] = []
    inits: list[float] = []
    peak = 0.0
    for turn in job.turns:
        models, taken = loaded(job.paths, turn.threads)
        times.append(timed(models, turn.rounds, turn.warmup, CLOCKS[job.clock]))
        if not inits:
            inits, peak = taken, max(0.0, resident_mb("VmHWM") - before)
    return Outcome(tuple(times), tuple(inits), peak)


def loaded(paths: Sequence[str], threads: int) -> tuple[list[Model], list[float]]:
    """Load files and give them their inputs; their start-up in ms beside them."""
    random = np.random.default_rng(0)
    models, inits = [], []
    for path in paths:
        start = time.perf_counter()
        models.append(Model(Path(path), threads))
        inits.append(1e3 * (time.perf_counter() - start))
    for model in models:
        model.feed({tensor.role: random.random(tensor.shape[1:], np.float32) for tensor in model.inputs})
    return models, inits


def timed(
    models: Sequence[Model], rounds: int, warmup: int, clock: Callable[[], float] = time.perf_counter
) -> tuple[tuple[float, ...], ...]:
    """Run models in turn, round by round; the times of each in ms, by a clock that counts seconds."""
    for model in models:
        for _ in range(warmup):
            model.invoke()
    times: list[list[float]] = [[] for _ in models]
    for _ in range(rounds):
        for model, taken in zip(models, times, strict=True):
            start = clock()
            model.invoke()
            taken.append(1e3 * (clock() - start))
    return tuple(map(tuple, times))


def resident_mb(field: str) -> float:
    """Return this process's resident memory (VmRSS) or its peak (VmHWM) in MB; 0 where /proc does not say.

    Not getrusage: its peak is inherited from the process that started this one.
    """
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{field}:")), 0.0)


if __name__ == "__main__":
    die_with_parent()
    print(flush=True)  # a job may come
    sys.stdout.buffer.write(msgspec.json.encode(work(msgspec.json.decode(sys.stdin.buffer.read(), type=Job))))
