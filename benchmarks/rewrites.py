"""What each graph rewrite brings: the style-transfer network at 384, beside the official files, in one run.

Run as `python -m benchmarks.rewrites [ROUNDS]` after `dvc repro`: each rewrite alone, the general ones together, and
all. Latency is of one thread, the files in turn; its ratio to an official file is the median over the rounds, each
round's against its own, with the quartiles. The least time is what other processes disturb least. PSNR is against what
the original says to the evaluation pictures.
"""

import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter
from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.bench.host import Job, Turn, measure
from litemill.bench.machine import machine
from litemill.bench.statistics import latency
from litemill.conversion.converter import convert
from litemill.graphs.load import read
from litemill.ground import project
from litemill.ground.process import native_output_kept
from litemill.records import store
from litemill.records.graph import Frozen
from litemill.rewrites.proof import prove, results
from litemill.rewrites.registry import REWRITES, apply_all
from litemill.runtime import Model
from litemill.settings.recipe import Recipe
from litemill.tasks import metrics

NETWORK = "magenta_transfer"
ROLES = ("content", "bottleneck")
OFFICIAL = ("official_magenta_transfer_fp16", "official_magenta_transfer_int8")
WARMUP = 2
FLOAT32, FLOAT16 = Recipe("none"), Recipe("fp16")
Times = npt.NDArray[np.float64]


class File(NamedTuple):
    """One row: a file, what of the runtime's tells about it, and how near it is to the original."""

    name: str
    path: Path
    ops: int
    partitions: int
    multiply_adds: int
    psnr_db: tuple[float, ...]
    peak_mb: float


def main(rounds: int) -> None:
    """Build the files, measure and print them."""
    host = machine()
    print(
        f"{host.cpu}, {host.cores} cores, {', '.join(host.features)}; LiteRT {host.litert}; {rounds} rounds, 1 thread"
    )
    with tempfile.TemporaryDirectory() as folder:
        with native_output_kept():
            built = {name: project.baselines(NETWORK)[name] for name in OFFICIAL} | files(Path(folder))
            rows = [described(name, path) for name, path in built.items()]
        job = Job(tuple(str(row.path) for row in rows), (Turn(1, rounds, WARMUP),))
        table(rows, np.array(measure(job).times_ms[0]))


def files(folder: Path) -> dict[str, Path]:
    """Convert the network without rewrites, with each alone, and with more; say what was found of each."""
    frozen = store.load(project.record("freeze", NETWORK), Frozen)
    cut = project.unrewritten(NETWORK) if frozen.rewrites else project.graph(NETWORK)
    graph = read(cut)
    inputs = {role: store.sampled(NETWORK)[1][role] for role in ROLES}
    wanted = results(graph, frozen.output.name, inputs)
    result = {"no rewrite": graph}
    general = [name for name in REWRITES if name != "style_transfer"]
    sets = {name: [name] for name in REWRITES} | {"the general ones": general, "all": list(REWRITES)}
    for title, names in sets.items():
        rewritten, applied = apply_all(graph, names)
        if not any(one.places for one in applied):
            print(f"{title}: {'; '.join(one.note for one in applied)}")
            continue
        proof = prove(results(rewritten, frozen.output.name, inputs), wanted)
        found = ", ".join(f"{one.name} in {one.places}" for one in applied if one.places)
        print(f"{title}: places: {found}; proven on {proof.samples} inputs: {proof.psnr_db:.1f} dB, "
              f"least {proof.least_psnr_db:.1f}, largest error {proof.max_error:.1g}")  # fmt: skip
        result[title] = rewritten
    float32 = {name: converted(folder / f"{name}.tflite", one, frozen, FLOAT32) for name, one in result.items()}
    return float32 | {"all, fp16": converted(folder / "fp16.tflite", result["all"], frozen, FLOAT16)}


def converted(path: Path, graph: GraphDef, frozen: Frozen, recipe: Recipe) -> Path:
    """Convert a graph to a file."""
    data = graph.SerializeToString(deterministic=True)
    path.write_bytes(convert(data, frozen.inputs, frozen.output.name, recipe, {}))
    return path


def described(name: str, path: Path) -> File:
    """Look into a file, run it on the evaluation inputs, and once in a process of its own for its memory."""
    interpreter = Interpreter(model_path=str(path), num_threads=1)
    interpreter.allocate_tensors()
    ops = interpreter._get_ops_details()  # noqa: SLF001  no public way
    shapes = {one["index"]: one["shape"] for one in interpreter.get_tensor_details()}
    products = sum(
        int(np.prod(shapes[op["outputs"][0]][:3])) * int(np.prod(shapes[op["inputs"][1]]))
        for op in ops
        if op["op_name"] == "CONV_2D"
    )
    delegated = sum(op["op_name"] == "DELEGATE" for op in ops)
    _, inputs = store.sampled(NETWORK)
    model, original = Model(path, roles=ROLES), store.referenced(NETWORK)["stylized"]
    psnr = [
        metrics.psnr_db(model.run({role: inputs[role][index] for role in ROLES}), wanted)
        for index, wanted in enumerate(original)
    ]
    memory = measure(Job((str(path),), (Turn(1, 1),))).peak_memory_mb
    return File(name, path, len(ops) - delegated, delegated, products, tuple(psnr), memory)


def table(rows: list[File], measured: Times) -> None:
    """Print a row a file; `measured` is [file, round] in ms."""
    print(
        "| file | bytes | ops | multiply-adds, M | XNNPACK partitions | PSNR mean / least, dB "
        "| median ms (spread), least | to official fp16 | to official int8 | peak MB | to official fp16 |"
    )
    print("|---" * 11 + "|")
    for row, taken in zip(rows, measured, strict=True):
        figures, memory = latency(1, taken.tolist()), row.peak_mb / rows[0].peak_mb
        times_ms = f"{figures.median_ms:.1f} ({figures.spread:.0%}), {taken.min():.1f}"
        print(
            f"| {row.name} | {row.path.stat().st_size} | {row.ops} | {row.multiply_adds / 1e6:.0f} | {row.partitions} "
            f"| {np.mean(row.psnr_db):.1f} / {min(row.psnr_db):.1f} | {times_ms} "
            f"| {ratio(taken, measured[0])} | {ratio(taken, measured[1])} | {row.peak_mb:.0f} | {memory:.2f} |"
        )


def ratio(taken: Times, base: Times) -> str:
    """Return the median of the rounds' ratios, and its quartiles."""
    low, median, high = np.percentile(taken / base, [25, 50, 75])
    return f"{median:.3f} ({low:.3f} to {high:.3f})"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 25)
