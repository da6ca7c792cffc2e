"""Convert a network in float32 without its rewrites, with each alone and with all, and time the files in turn."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.bench.host import Job, Turn, measure
from litemill.bench.operators import multiply_adds, xnnpack
from litemill.bench.statistics import latency
from litemill.conversion.converter import convert
from litemill.core import params as parameters
from litemill.core import paths, stage, store, threads
from litemill.core.measured import Rewriting, Variant
from litemill.core.params import Benchmark
from litemill.core.recipe import Recipe
from litemill.core.records import Frozen
from litemill.rewrites.proof import Proof, prove, results
from litemill.rewrites.registry import apply_all
from litemill.runtime import Model

FLOAT32 = Recipe("none")


class Candidate(NamedTuple):
    """A graph to convert: how it is called, what was applied to it, and its proof."""

    name: str
    graph: GraphDef
    rewrites: dict[str, int]
    proof: Proof | None


def rewriting(network: str) -> str:
    """Show what the rewrites of one network do."""
    settings, known = parameters.load().benchmark, store.frozen(network)
    found = candidates(known) if known.rewrites else []
    with tempfile.TemporaryDirectory() as folder:
        files = [converted(known, one, Path(folder) / f"{index}.tflite") for index, one in enumerate(found)]
        variants = measured(found, files, settings) if found else ()
    store.save(paths.record("rewriting", network), Rewriting(network, variants))
    if not found:
        return f"{network}: no rewrites"
    first, last = variants[0].latency.median_ms, variants[-1].latency.median_ms
    return f"{network}: {last / first:.2f} of the latency without rewrites"


def measured(found: Sequence[Candidate], files: Sequence[Path], settings: Benchmark) -> tuple[Variant, ...]:
    """Time the candidates' files in turn; ahead of that, their peaks of memory, each file in a process of its own."""
    names = [str(path) for path in files]
    peaks = threads.each(lambda name: measure(Job((name,), (Turn(1, 1),))).peak_memory_mb, names)
    together = measure(Job(tuple(names), (Turn(1, settings.rewriting_rounds, settings.warmup),)))
    rows = zip(found, files, together.times_ms[0], together.init_ms, peaks, strict=True)
    return tuple(variant(*row) for row in rows)


def candidates(known: Frozen) -> list[Candidate]:
    """Give the graph without rewrites, with each that finds a place, and with all, each proven on one sample."""
    original = GraphDef.FromString(paths.unrewritten(known.network).read_bytes())
    _, inputs = store.sampled(known.network)
    taken = {tensor.name: inputs[tensor.role][:1] for tensor in known.inputs}
    wanted = results(original, known.output.name, taken)
    names = known.settings.rewrites
    sets = [(name,) for name in names] + ([names] if len(names) > 1 else [])
    found = [Candidate("as cut", original, {}, None)]
    for one in sets:
        graph, applied = apply_all(original, one)
        places = {rewrite.name: rewrite.places for rewrite in applied if rewrite.places}
        if places:
            title = "all" if len(one) > 1 else one[0]
            found.append(Candidate(title, graph, places, prove(results(graph, known.output.name, taken), wanted)))
    return found


def converted(known: Frozen, candidate: Candidate, path: Path) -> Path:
    """Convert a candidate to a file."""
    data = candidate.graph.SerializeToString(deterministic=True)
    path.write_bytes(convert(data, known.inputs, known.output.name, FLOAT32, {}))
    return path


def variant(
    candidate: Candidate, path: Path, times_ms: Sequence[float], init_ms: float, peak_memory_mb: float
) -> Variant:
    """Say what a candidate's file costs."""
    model, proof = Model(path), candidate.proof
    return Variant(
        name=candidate.name,
        rewrites=candidate.rewrites,
        psnr_db=proof.psnr_db if proof else None,
        max_error=proof.max_error if proof else None,
        size_bytes=path.stat().st_size,
        ops=len(model.operators()),
        multiply_adds=multiply_adds(model),
        delegation=xnnpack(model),
        latency=latency(1, times_ms),
        init_ms=init_ms,
        peak_memory_mb=peak_memory_mb,
    )


if __name__ == "__main__":
    stage.run(rewriting)
