"""How far `make compare REMEASURE=1` can be trusted: its verdicts on a copy, and on a file that is a tenth slower.

Run as `python -m benchmarks.remeasure [NETWORK]` on a built network. The slower file is made of the same graph, with
convolutions behind its output that change nothing; how many of them make a tenth is measured first.
"""

import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import tensorflow as tf

from litemill.bench.statistics import LatencyChange
from litemill.comparison.compare import PROCESSES, ROUNDS, remeasure
from litemill.conversion.converter import convert
from litemill.graphs import load
from litemill.ground import project
from litemill.records import store
from litemill.settings import params
from litemill.settings.recipe import Recipe

TIMES = 20
SLOWER = 0.10
TRIED = 50
NODE = "busier"


def remeasurements(network: str = "deeplab_dm05_pascal") -> None:
    """Print the verdicts of both kinds of comparison."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        plain, copy, slower = (folder / f"{name}.tflite" for name in ("plain", "copy", "slower"))
        plain.write_bytes(converted(network, 0))
        shutil.copyfile(plain, copy)
        slower.write_bytes(converted(network, TRIED))
        settings = params.load().benchmark
        ratio = remeasure(plain, slower, settings).ratio
        count = round(TRIED * SLOWER / (ratio - 1))
        slower.write_bytes(converted(network, count))
        print(f"{network} fp32: {PROCESSES} processes of {ROUNDS} rounds; {count} more ops are a tenth")
        for what, other in (("a copy", copy), ("a tenth slower", slower)):
            told([remeasure(plain, other, settings) for _ in range(TIMES)], what)


def converted(network: str, count: int) -> bytes:
    """Convert a network with `count` more convolutions, each of which gives what it gets."""
    frozen, graph = store.frozen(network), tf.Graph()
    channels = frozen.output.shape[-1]
    kernel = np.zeros((3, 3, channels, channels), np.float32)
    kernel[1, 1] = np.eye(channels)
    with graph.as_default():
        tf.import_graph_def(load.read(project.graph(network)), name="")
        output = graph.get_tensor_by_name(f"{frozen.output.name}:0")
        for _ in range(count):
            output = tf.nn.conv2d(output, tf.constant(kernel), 1, "SAME")
        tf.identity(output, NODE)
    return convert(graph.as_graph_def().SerializeToString(), frozen.inputs, NODE, Recipe("none"), {})


def told(found: list[LatencyChange], what: str) -> None:
    """Print what was found of a file."""
    ratios = [one.ratio for one in found]
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in Counter(one.change for one in found).most_common())
    print(f"{what}: {verdicts} of {TIMES}; x{min(ratios):.3f} to x{max(ratios):.3f}", flush=True)


if __name__ == "__main__":
    remeasurements(*sys.argv[1:2])
