"""A released TFLite file: its operators, the names of its tensors, the values that it stores."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils

from litemill.ground.errors import GraphError, SourceError

Values = npt.NDArray[Any]

KINDS = {code: kind for kind, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}
DTYPES: dict[int, type[np.generic]] = {
    schema.TensorType.FLOAT32: np.float32,
    schema.TensorType.FLOAT16: np.float16,
    schema.TensorType.INT32: np.int32,
    schema.TensorType.UINT8: np.uint8,
    schema.TensorType.INT64: np.int64,
    schema.TensorType.INT8: np.int8,
}
# what the flatbuffer reader raises on bytes that are cut short or are none of its own
UNREADABLE = (AttributeError, IndexError, TypeError, ValueError, struct.error)


@dataclass(frozen=True)
class Operator:
    """One operator of a file, in the order of execution.

    Parameters
    ----------
    kind
        Its name in the TFLite schema, like `CONV_2D`.
    inputs, outputs
        Indices of its tensors.
    options
        The schema's options table of its kind; None for a kind without one.
    """

    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: schema.Conv2DOptionsT


class ReleasedModel:
    """The first subgraph of a TFLite file.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    SourceError
        If there is no such file, or if it is no whole TFLite file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            data = path.read_bytes()
        except OSError as error:
            raise SourceError(
                f"{path}: {error.strerror}", expected="a released .tflite file", remedy="give another path"
            ) from None
        if data[4:8] != b"TFL3":
            raise SourceError(f"{path}: is no TFLite file", expected="the mark TFL3", got=data[4:8])
        try:
            self._model = flatbuffer_utils.read_model_from_bytearray(data)
            self._graph = self._model.subgraphs[0]
            self.operators = [self._operator(table) for table in self._graph.operators]
            self.inputs = [int(tensor) for tensor in self._graph.inputs]
            self.outputs = [int(tensor) for tensor in self._graph.outputs]
        except UNREADABLE as error:
            raise SourceError(
                f"{path}: is cut short or corrupt", got=repr(error), remedy="fetch the file again"
            ) from None

    def name(self, tensor: int) -> str:
        """Return a tensor's name; of a fused one, its first."""
        return str(self._graph.tensors[tensor].name.decode().split(";")[0])

    def shape(self, tensor: int) -> tuple[int, ...]:
        """Return a tensor's shape; empty for a scalar."""
        shape = self._graph.tensors[tensor].shape
        return () if shape is None else tuple(int(size) for size in shape)

    def stored(self, tensor: int) -> Values | None:
        """Return the values that the file holds for a tensor, or None if it is computed.

        Quantized and float16 values come as float32, others as they are.
        """
        entry = self._graph.tensors[tensor]
        data = self._model.buffers[entry.buffer].data
        if data is None or len(data) == 0:
            return None
        if entry.type not in DTYPES:
            raise GraphError(
                f"{self.path}: the type of tensor {self.name(tensor)} can't be read",
                expected=", ".join(dtype.__name__ for dtype in DTYPES.values()),
                got=entry.type,
            )
        values = np.frombuffer(bytes(bytearray(data)), DTYPES[entry.type]).reshape(self.shape(tensor))
        grid = entry.quantization
        if grid is not None and grid.scale is not None and len(grid.scale) > 0:
            return _dequantized(values, grid)
        return values.astype(np.float32) if values.dtype == np.float16 else values

    def _operator(self, table: schema.OperatorT) -> Operator:
        code = self._model.operatorCodes[table.opcodeIndex]
        # files from before the schema had more than 127 kinds fill the old field only
        kind = KINDS[max(code.builtinCode, code.deprecatedBuiltinCode)]
        return Operator(kind, tuple(table.inputs), tuple(table.outputs), table.builtinOptions)


def _dequantized(values: Values, grid: schema.QuantizationParametersT) -> npt.NDArray[np.float32]:
    """Return the real values of quantized ones, whether the grid is one for all or one a channel."""
    scale, zero = np.array(grid.scale, np.float32), np.array(grid.zeroPoint, np.float32)
    if scale.size > 1:
        channels = [1] * values.ndim
        channels[grid.quantizedDimension] = scale.size
        scale, zero = scale.reshape(channels), zero.reshape(channels)
    real: npt.NDArray[np.float32] = (values.astype(np.float32) - zero) * scale
    return real
