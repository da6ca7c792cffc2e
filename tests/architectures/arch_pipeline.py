"""A whole graph through the product's own way: found, cut, resized, converted, run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema
from msgspec.structs import replace
from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.conversion.converter import convert
from litemill.graphs.cut import cut
from litemill.graphs.graph import Cuts
from litemill.graphs.run import runner
from litemill.graphs.shapes import resize
from litemill.records.base import Tensor
from litemill.runtime import Model
from litemill.settings import params

Array = npt.NDArray[Any]
Size = tuple[int, int]
# random weights: two samples calibrate as well as ten
SAMPLES = 2
KIBI = 1024


class Network:
    """A cut graph with fixed shapes, and values for its inputs.

    Parameters
    ----------
    whole
        The graph as exported.
    inputs
        Role to (node, shape).
    output
        (role, node).
    size
        From and to which input size it is rewritten, where it is.
    """

    def __init__(
        self,
        whole: GraphDef,
        inputs: Mapping[str, tuple[str, tuple[int, ...]]],
        output: tuple[str, str],
        size: tuple[Size, Size] | None = None,
    ) -> None:
        self.graph = cut(whole, inputs, output)
        self.shapes = {role: shape for role, (_, shape) in inputs.items()}
        self.role = output[0]
        if size:
            self.graph = resize(self.graph, *size)
            self.shapes = dict.fromkeys(inputs, (1, *size[1], 3))
        random = np.random.default_rng(0)
        self.samples = {role: random.random((SAMPLES, *shape[1:]), np.float32) for role, shape in self.shapes.items()}

    def converted(self, recipe: str, folder: Path) -> Path:
        """Convert with a recipe of params.yaml."""
        settings = params.load().recipe(recipe)
        if settings.calibration_samples:
            settings = replace(settings, calibration_samples=SAMPLES)
        tensors = [Tensor(role, role, shape, "float32") for role, shape in self.shapes.items()]
        path = folder / f"{recipe}.tflite"
        path.write_bytes(convert(self.graph.SerializeToString(), tensors, self.role, settings, self.samples))
        return path

    def first(self) -> dict[str, Array]:
        """Return the first sample of each input, without a batch axis."""
        return {role: values[0] for role, values in self.samples.items()}

    def expected(self) -> Array:
        """Return what TensorFlow makes of the first sample."""
        values = {role: value[None] for role, value in self.first().items()}
        return np.asarray(runner(self.graph)(values, [self.role])[0][0])

    def error(self, path: Path, expected: Array) -> float:
        """Return the largest error of a file on the first sample, as a share of the range of values."""
        model = Model(path)
        assert {tensor.name: tensor.shape for tensor in model.inputs} == self.shapes
        return float(np.abs(model.run(self.first()) - expected).max() / np.ptp(expected))


def segmentation(whole: GraphDef, found: Cuts, size: Size) -> Network:
    """Return the network between the cuts that were found, for an input size of its own."""
    assert found.crop is not None
    image = (found.cut["image"], (1, *found.crop.size, 3))
    return Network(whole, {"image": image}, ("logits", found.cut["logits"]), (found.crop.size, size))


def quantized_channels(path: Path) -> tuple[int, int]:
    """Count the channels of int8 weights with a scale each, and the tensors that they belong to."""
    model = schema.ModelT.InitFromPackedBuf(bytearray(path.read_bytes()))
    weights = [one for one in model.subgraphs[0].tensors if one.type == schema.TensorType.INT8 and one.quantization]
    scales = [one.quantization.scale for one in weights if one.quantization.scale is not None]
    counts = [len(one) for one in scales if len(one) > 1]
    return sum(counts), len(counts)


def deviation(ours: int, published: float) -> float:
    """Return by how much our bytes differ from the published ones, as a share of these."""
    return (ours - published) / published
