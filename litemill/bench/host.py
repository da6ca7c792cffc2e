"""Latency, start-up and memory of TFLite files on this host, each run in a process of its own.

As a program (`python -m litemill.bench.host`) it reads a job as JSON from its input and prints the result.
"""

import subprocess
import sys
import time
from pathlib import Path

import msgspec
import numpy as np

from litemill.core.errors import ArtifactError
from litemill.core.lifetime import die_with_parent
from litemill.runtime import Model

TIME_LIMIT_S = 900


class Job(msgspec.Struct, frozen=True):
    """Files to run in turn, `rounds` times each after `warmup` runs, at a number of threads."""

    paths: tuple[str, ...]
    threads: int
    rounds: int
    warmup: int


class Outcome(msgspec.Struct, frozen=True):
    """Times of each file's runs in ms, its start-up in ms, and how much the process's peak grew in MB."""

    times_ms: tuple[tuple[float, ...], ...]
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
    models, inits = [], []
    for path in job.paths:
        start = time.perf_counter()
        models.append(Model(Path(path), job.threads))
        inits.append(1e3 * (time.perf_counter() - start))
    random = np.random.default_rng(0)
    for model in models:
        model.feed({tensor.role: random.random(tensor.shape[1:], np.float32) for tensor in model.inputs})
        for _ in range(job.warmup):
            model.invoke()
    times: list[list[float]] = [[] for _ in models]
    for _ in range(job.rounds):
        for model, taken in zip(models, times, strict=True):
            start = time.perf_counter()
            model.invoke()
            taken.append(1e3 * (time.perf_counter() - start))
    return Outcome(tuple(map(tuple, times)), tuple(inits), max(0.0, resident_mb("VmHWM") - before))


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
