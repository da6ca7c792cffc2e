"""The same TFLite file in fewer bytes."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from litemill.conversion import tflite
from litemill.core.errors import ConversionError
from litemill.runtime import Model


def repacked(data: bytes) -> bytes:
    """Give a TFLite file that computes the same, bit for bit, in fewer bytes.

    Vectors that are equal (scales and zero points above all: an int64 a channel, nearly always 0) are stored once,
    names of inner tensors and buffers that nothing reads not at all. Inputs, outputs, signatures and metadata stay as
    they are, and weights aligned to 16 bytes.

    Raises
    ------
    ConversionError
        It is no TFLite file, is damaged, or is more than one flatbuffer.
    """
    model = tflite.read(data)
    for graph in model.subgraphs:
        ends = {*graph.inputs, *graph.outputs}
        for index, tensor in enumerate(graph.tensors):
            if index not in ends:
                tensor.name = b""
            if tensor.quantization is not None and _says_nothing(tensor.quantization):
                tensor.quantization = None
    return tflite.write(model)


def require_same(data: bytes, other: bytes, values: Mapping[str, npt.NDArray[Any]]) -> None:
    """Raise ConversionError unless two TFLite files give the same bits for `values` by input (without batch axis)."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"
        outputs = []
        for one in (data, other):
            path.write_bytes(one)
            outputs.append(Model(path).run(values).tobytes())
    if outputs[0] != outputs[1]:
        raise ConversionError("the repacked file computes something else", remedy="report it")


def _says_nothing(quantization: schema.QuantizationParametersT) -> bool:
    """Tell whether parameters of quantization are empty, as the converter writes them of float tensors."""
    vectors = (quantization.min, quantization.max, quantization.scale, quantization.zeroPoint)
    return quantization.details is None and not any(np.size(one) for one in vectors if one is not None)
