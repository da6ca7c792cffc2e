"""Xception's steps, each a process of its own: python arch_xception_steps.py STEP FOLDER."""

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

from arch_pipeline import Network, Size
from arch_xception import CROP, xception
from msgspec.structs import replace

from litemill.graphs import load
from litemill.graphs.find import find
from litemill.graphs.graph import SourceGraph
from litemill.graphs.network import parameters_of
from litemill.graphs.proof_images import made_up, sized
from litemill.graphs.prove import prove

# what bytes do not depend on is small: 150 G multiply-adds at 513 take TensorFlow 37 s and 5.5 GB for a proof
SMALL = (129, 129)
GRAPH = "frozen_inference_graph.pb"


def build(folder: Path) -> dict[str, Any]:
    """Write the frozen graph."""
    graph = xception()
    (folder / GRAPH).write_bytes(graph.SerializeToString())
    return {"parameters": parameters_of(graph)}


def proof(folder: Path) -> dict[str, Any]:
    """Find the cuts, and prove them on the same network exported for small pictures."""
    found = find(SourceGraph(load.read(folder / GRAPH)))
    whole = SourceGraph(xception(SMALL))
    smaller = find(whole)
    assert found.crop is not None
    assert smaller.crop is not None
    proven = prove(whole, smaller, sized(made_up(), smaller.crop))
    same = smaller.cut == found.cut and replace(smaller.crop, size=found.crop.size) == found.crop
    return {"cut": found.cut, "crop": found.crop.size, "same": same, "label_agreement": proven.label_agreement}


def fp32(folder: Path) -> dict[str, Any]:
    """Convert as it is, resized from 513, and hold it against TensorFlow."""
    network = _network(folder, SMALL)
    path = network.converted("fp32", folder)
    return {"size": path.stat().st_size, "error": network.error(path, network.expected())}


def dynamic(folder: Path) -> dict[str, Any]:
    """Convert with int8 weights, at the exporter's own size; only this is measured."""
    before, start = _peak_mb(), time.perf_counter()
    path = _network(folder, CROP).converted("dynamic", folder)
    seconds, peak = time.perf_counter() - start, _peak_mb()
    return {"size": path.stat().st_size, "seconds": seconds, "peak_mb": peak, "imports_mb": before}


def _network(folder: Path, size: Size) -> Network:
    graph = load.read(folder / GRAPH)
    return Network(graph, {"image": ("sub_7", (1, *CROP, 3))}, ("logits", "ResizeBilinear_2"), (CROP, size))


def _peak_mb() -> float:
    """Return this process's peak resident memory; NaN where the system does not say."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else float("nan")


if __name__ == "__main__":
    step = {function.__name__: function for function in (build, proof, dynamic, fp32)}[sys.argv[1]]
    print("result", json.dumps(step(Path(sys.argv[2]))))
