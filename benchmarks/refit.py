"""Plain int8 against layers refitted and against operators kept in float: how true, how fast, at what cost.

Run as `python -m benchmarks.refit [ROUNDS]` after `dvc repro`, which makes the graphs and the samples. Each variant is
converted in a process of its own, on the calibration pictures, and judged on the evaluation pictures, which are others.
Files of a network take turns in one process at one thread; a ratio of latencies is the median of the rounds' ratios,
with the quartiles. Peak memory is of the whole process, TensorFlow within.
"""

import multiprocessing
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from litemill.bench.host import Job, Turn, measure, resident_mb
from litemill.bench.machine import machine
from litemill.ground import npz, project
from litemill.ground.process import native_output_kept
from litemill.records import store
from litemill.records.graph import Sampled
from litemill.runtime import Model
from litemill.settings.recipe import Recipe
from litemill.tasks.judge import case_of, judge

NETWORKS = ("deeplab_dm05_pascal", "deeplab_mnv2_pascal")
SAMPLES = 12
RECIPES = {
    "plain int8": Recipe("int8", SAMPLES),
    "refit": Recipe("int8", SAMPLES, refit=True),
    "keep_float: auto": Recipe("int8", SAMPLES, keep_float="auto"),
}
WARMUP = 2


class Made(NamedTuple):
    """A repacked file, what was chosen for it, and what its conversion took."""

    data: bytes
    notes: tuple[str, ...]
    seconds: float
    peak_mb: float


def main(rounds: int) -> None:
    """Build the files of each network, judge and time them, and print a row each."""
    host = machine()
    print(
        f"{host.cpu}, {host.cores} cores, {', '.join(host.features)}; LiteRT {host.litert}; {rounds} rounds, 1 thread"
    )
    for network in NETWORKS:
        record = store.load(project.record("samples", network), Sampled)
        print(f"\n{network}\ncalibrated on {', '.join(record.calibration[:SAMPLES])}")
        print(f"judged on {', '.join(record.evaluation)}\n")
        with tempfile.TemporaryDirectory() as folder:
            table(network, Path(folder), rounds)


def table(network: str, folder: Path, rounds: int) -> None:
    """Print a row a variant, ratios to the plain one beside the figures."""
    made, names = {}, list(RECIPES)
    for name in names:
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
            made[name] = process.submit(convert, network, RECIPES[name]).result()
        (folder / f"{name}.tflite").write_bytes(made[name].data)
    file = [str(folder / f"{name}.tflite") for name in names]
    (times,) = np.array(measure(Job(tuple(file), (Turn(1, rounds, WARMUP),))).times_ms)
    case = case_of(network)
    print("| int8 | bytes | logit RMS | agreement, % | mIoU | ms | latency | partitions | conversion, s | peak MB |")
    print("|---" * 10 + "|")
    plain_rms = 0.0
    for name, path, taken in zip(names, map(Path, file), times, strict=True):
        model, one = Model(path), made[name]
        figures = judge(model, case).metrics
        plain_rms = plain_rms or figures["logits_rms"]
        low, middle, high = np.percentile(taken / times[0], [25, 50, 75])
        print(
            f"| {name} | {len(one.data)} ({len(one.data) / len(made[names[0]].data):.4f}) "
            f"| {figures['logits_rms']:.4f} ({figures['logits_rms'] / plain_rms:.3f}) "
            f"| {100 * figures['label_agreement']:.2f} | {figures['mean_iou']:.3f} | {np.median(taken):.1f} "
            f"| {middle:.3f} ({low:.3f} to {high:.3f}) | {len(model.partitions())} "
            f"| {one.seconds:.0f} | {one.peak_mb:.0f} |"
        )
    for name in names:
        print("".join(f"\n{name}: {note}" for note in made[name].notes), end="")
    print()


def convert(network: str, recipe: Recipe) -> Made:
    """Convert a network in this process, TensorFlow's import not counted."""
    with native_output_kept():
        from litemill.conversion import tflite  # noqa: PLC0415  its own process alone needs TensorFlow
        from stages.convert import converted  # noqa: PLC0415

        frozen, samples = store.frozen(network), npz.read(project.samples(network, "calibration"))
        start = time.perf_counter()
        made = converted(frozen, recipe, samples)
        seconds = time.perf_counter() - start
    return Made(tflite.repacked(made.data), made.notes, seconds, resident_mb("VmHWM"))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 41)
