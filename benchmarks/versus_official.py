"""Our files against the officially published ones: latency, bytes, memory and accuracy, a line a comparison.

Run as `python -m benchmarks.versus_official [ROUNDS]`. It builds what it compares in a scratch clone of the committed
state, the segmentation networks at 257 and 385 pixels among them, by editing that clone's params.yaml; what DVC's cache
holds is not built again. Files of a line take turns in one process at one thread, so that what else the machine does
hits both alike.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import yaml

from litemill.bench.host import Job, Turn, measure
from litemill.bench.machine import machine
from litemill.ground import npz, project
from litemill.records import store
from litemill.records.accuracy import Validated

ROOT = Path(__file__).resolve().parents[1]
TIME_LIMIT_S = 3600
WARMUP = 2
SMALLER = {"deeplab_dm05_257": ("deeplab_dm05_pascal", 257), "deeplab_mnv2_385": ("deeplab_mnv2_pascal", 385)}
SEGMENTATION_RECIPES = ["fp32", "int8", "int8_refit"]

File = tuple[str, str]
Accuracy = Callable[[File, File], float]


class Bound(NamedTuple):
    """What a ratio or an accuracy must reach, and how it is written."""

    title: str
    limit: float
    at_least: bool = False


class Line(NamedTuple):
    """One comparison: (network, recipe or official file) of ours and theirs, and what ours must reach."""

    what: str
    ours: File
    theirs: File
    latency: float
    size: float | None
    memory: float | None
    accuracy: Bound
    measured: Accuracy


def metric(name: str) -> Accuracy:
    """Return a figure of ours over the evaluation pictures, none of which calibrated."""
    return lambda ours, _: judged(ours)[name]


def metric_ratio(name: str) -> Accuracy:
    """Return a figure of ours as a share of theirs."""
    return lambda ours, theirs: judged(ours)[name] / judged(theirs)[name]


def agreement_with(other: File) -> Accuracy:
    """Return the mean share of pixels with another file's label."""
    return lambda ours, _: float(np.mean([np.mean(a == b) for a, b in zip(said(ours), said(other), strict=True)]))


LINES = (
    Line("transfer 384, lossless", ("magenta_transfer", "fp16_exact"),
         ("magenta_transfer", "official_magenta_transfer_fp16"), 0.30, None, 0.35,
         Bound("mean PSNR, dB", 100, at_least=True), metric("psnr_db")),
    Line("transfer 384, truest of the fast", ("magenta_transfer", "mixed"),
         ("magenta_transfer", "official_magenta_transfer_int8"), 0.18, 1.0, None,
         Bound("mean PSNR, dB", 39, at_least=True), metric("psnr_db")),
    Line("transfer 384, fastest", ("magenta_transfer", "fastest"),
         ("magenta_transfer", "official_magenta_transfer_int8"), 0.15, 0.90, None,
         Bound("mean PSNR, dB", 36.5, at_least=True), metric("psnr_db")),
    Line("predict int8", ("magenta_predict", "int8"), ("magenta_predict", "official_magenta_predict_int8"),
         1.05, 0.95, None, Bound("mean cosine", 0.999, at_least=True), metric("bottleneck_cosine")),
    Line("DeepLab dm05 at 257, int8", ("deeplab_dm05_257", "int8_refit"),
         ("deeplab_dm05_257", "official_deeplabv3_257"), 0.5, 0.32, None,
         Bound("labels as its own float", 0.985, at_least=True), agreement_with(("deeplab_dm05_257", "fp32"))),
    Line("DeepLab mnv2 at 385, int8", ("deeplab_mnv2_385", "int8_refit"),
         ("deeplab_mnv2_385", "official_deeplabv3_257"), 1.0, 0.95, None,
         Bound("labels as mnv2 at 513", 0.95, at_least=True), agreement_with(("deeplab_mnv2_pascal", "fp32"))),
    Line("DeepLab dm05 at 513, refitted", ("deeplab_dm05_pascal", "int8_refit"), ("deeplab_dm05_pascal", "int8"),
         1.03, 1.01, None, Bound("logits' RMS ratio", 0.5), metric_ratio("logits_rms")),
    Line("DeepLab mnv2 at 513, refitted", ("deeplab_mnv2_pascal", "int8_refit"), ("deeplab_mnv2_pascal", "int8"),
         1.03, 1.01, None, Bound("logits' RMS ratio", 0.35), metric_ratio("logits_rms")),
)  # fmt: skip


def main(rounds: int) -> None:
    """Build, compare and print."""
    with built() as folder:
        os.chdir(folder)
        host = machine()
        print(f"{host.cpu}, {', '.join(host.features)}, LiteRT {host.litert}; {rounds} rounds in turn, 1 thread")
        print("pictures that judge have calibrated nothing; in brackets the quartiles of the rounds' ratios\n")
        print("| what | against | latency | bytes | peak memory | accuracy |\n" + "|---" * 6 + "|")
        for line in LINES:
            print(row(line, rounds), flush=True)


@contextmanager
def built() -> Iterator[Path]:
    """Build what is compared in a scratch clone, which goes away afterwards."""
    scratch = Path(tempfile.mkdtemp(prefix="versus-"))
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    def run(*command: str) -> None:
        subprocess.run(command, cwd=scratch, env=environment, check=True, timeout=TIME_LIMIT_S, stdout=sys.stderr)

    try:
        run("git", "clone", "--quiet", str(ROOT), ".")
        run("dvc", "config", "--local", "cache.dir", str(ROOT / ".dvc/cache"))
        params = scratch / "params.yaml"
        settings = yaml.safe_load(params.read_text())
        for name, (like, size) in SMALLER.items():
            smaller = {"input": [size, size], "recipes": SEGMENTATION_RECIPES}
            settings["networks"][name] = settings["networks"][like] | smaller
        params.write_text(yaml.safe_dump(settings, sort_keys=False))
        networks = {name for line in LINES for name, _ in (line.ours, line.theirs)} | {"deeplab_mnv2_pascal"}
        run(sys.executable, "-m", "litemill", "plan", "--write")
        run("dvc", "repro", *(f"{project.pipeline(name)}:validate" for name in sorted(networks)))
        yield scratch
    finally:
        os.chdir(ROOT)
        shutil.rmtree(scratch, ignore_errors=True)


def row(line: Line, rounds: int) -> str:
    """Compare a line's two files."""
    ours, theirs = path_of(line.ours), path_of(line.theirs)
    together = measure(Job((str(ours), str(theirs)), (Turn(1, rounds, WARMUP),))).times_ms[0]
    low, median, high = np.percentile(np.array(together[0]) / np.array(together[1]), [25, 50, 75])
    latency = f"{verdict(median, line.latency)} ({low:.3f} to {high:.3f})"
    size = verdict(ours.stat().st_size / theirs.stat().st_size, line.size)
    peaks = [measure(Job((str(path),), (Turn(1, 1),))).peak_memory_mb for path in (ours, theirs)]
    found = line.measured(line.ours, line.theirs)
    bound = line.accuracy
    accuracy = f"{bound.title} {verdict(found, bound.limit, at_least=bound.at_least)}"
    against = f"{line.theirs[1]}, {np.median(together[1]):.1f} ms"
    memory = verdict(peaks[0] / peaks[1], line.memory)
    return f"| {line.what} ({line.ours[1]}) | {against} | {latency} | {size} | {memory} | {accuracy} |"


def verdict(found: float, limit: float | None, *, at_least: bool = False) -> str:
    """Write a figure beside what it has to reach."""
    if limit is None:
        return f"{found:.3f}"
    reached = found >= limit if at_least else found <= limit
    return f"{found:.4g} ({'at least' if at_least else 'at most'} {limit:g}: {'reached' if reached else 'MISSED'})"


def path_of(file: File) -> Path:
    """Return the file of a recipe, or an official one laid beside its network."""
    network, name = file
    return project.baselines(network).get(name, project.artifact(network, name))


def judged(file: File) -> dict[str, float]:
    """Return a file's figures over all evaluation pictures."""
    network, name = file
    record = store.load(project.record("validate", network), Validated)
    return next(one.metrics for one in record.artifacts if one.name == name)


def said(file: File) -> list[np.ndarray]:
    """Return a file's labels of the evaluation pictures, at their own sizes."""
    network, name = file
    arrays = npz.read(project.outputs(network))
    return [arrays[key] for key in sorted(arrays) if key.rpartition("_")[0] == name]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 25)
