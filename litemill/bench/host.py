"""Latency, start-up and memory of TFLite files on this host, each run in a process of its own.

As a program (`python -m litemill.bench.host`) it reads a job as JSON from its input and prints the result.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from litemill.core.errors import ArtifactError
from litemill.core.lifetime import die_with_parent
from litemill.runtime import Model

TIME_LIMIT_S = 900

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
    command = [sys.executable, "-m", "litemill.bench.host"]
    names = ", ".join(job.paths)
    try:
        done = subprocess.run(
            command, input=msgspec.json.encode(job), capture_output=True, timeout=TIME_LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise ArtifactError(
            f"{names}: too slow to be timed",
            expected=f"{TIME_LIMIT_S} s at most",
            remedy="lower benchmark.rounds in params.yaml",
        ) from None
    if done.returncode:
        last = (done.stderr.decode(errors="replace").strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise ArtifactError(f"{names}: can't be timed", got=last, remedy="remove the file, then run: dvc repro")
    return msgspec.json.decode(done.stdout, type=Outcome)


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
    """Give this process's resident memory (VmRSS) or its peak (VmHWM) in MB; 0 where /proc does not say.

    Not getrusage: its peak is inherited from the process that started this one.
    """
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{field}:")), 0.0)


if __name__ == "__main__":
    die_with_parent()
    sys.stdout.buffer.write(msgspec.json.encode(work(msgspec.json.decode(sys.stdin.buffer.read(), type=Job))))
