"""Xception's steps, each its own process, so that its time and memory are its own: python arch_xception_steps.py STEP."""

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from arch_pipeline import Network, segmentation
from arch_xception import xception

from litemill.graphs import load
from litemill.graphs.find import find
from litemill.graphs.found import Found, Whole
from litemill.graphs.network import parameters_of
from litemill.graphs.prove import prove
from litemill.graphs.trial import made_up, sized

# what bytes do not depend on is as small as the network takes
SIZE = (97, 129)
GRAPH = "frozen_inference_graph.pb"


def build(folder: Path) -> dict[str, Any]:
    """Write the frozen graph."""
    graph = xception()
    (folder / GRAPH).write_bytes(graph.SerializeToString())
    return {"parameters": parameters_of(graph)}


def proof(folder: Path) -> dict[str, Any]:
    """Find the cuts, prove them on one picture, and write what TensorFlow gives at the small size."""
    whole = Whole(load.read(folder / GRAPH))
    found = find(whole)
    assert found.crop is not None
    name, picture = next(iter(sized(made_up(), found.crop).items()))
    result = prove(whole, found, {name: picture})
    network = segmentation(whole.graph, found, SIZE)
    np.savez(folder / "expected.npz", expected=network.expected(), **network.first())
    return {"cut": found.cut, "crop": found.crop.size, "label_agreement": result.label_agreement}


def dynamic(folder: Path) -> dict[str, Any]:
    """Convert with int8 weights, at the exporter's own size."""
    return _converted(folder, "dynamic", None)


def fp32(folder: Path) -> dict[str, Any]:
    """Convert as it is, at the small size."""
    return _converted(folder, "fp32", SIZE)


def _converted(folder: Path, recipe: str, size: tuple[int, int] | None) -> dict[str, Any]:
    before = _peak_mb()
    start = time.perf_counter()
    graph = load.read(folder / GRAPH)
    found = Found("segmentation", {"image": "sub_7", "logits": "ResizeBilinear_2"}, "SemanticPredictions")
    crop = (513, 513)
    network = Network(
        graph, {"image": ("sub_7", (1, *crop, 3))}, ("logits", found.cut["logits"]), (crop, size or crop)
    )
    network.converted(recipe, folder)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "peak_mb": _peak_mb(), "peak_mb_before": before}


def _peak_mb() -> float:
    """Give this process's peak resident memory; NaN where the system does not say."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else float("nan")


if __name__ == "__main__":
    step = {function.__name__: function for function in (build, proof, dynamic, fp32)}[sys.argv[1]]
    print("result", json.dumps(step(Path(sys.argv[2]))))  # noqa: T201  the parent reads it
