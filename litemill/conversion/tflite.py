"""A TFLite file as the objects of its schema, and back."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import flatbuffers
import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from litemill.ground.errors import ConversionError
from litemill.runtime import Model

IDENTIFIER = b"TFL3"


ALIGNMENT = 16


NO_BUFFER = 0  # by TFLite's rule the first is empty


_NAMES = {code: name for name, code in vars(schema.BuiltinOperator).items() if not name.startswith("_")}


def read(data: bytes) -> schema.ModelT:
    """Read a TFLite file; weights that lie behind its flatbuffer are brought inside.

    Raises
    ------
    ConversionError
        The runtime, which holds every offset against the file's end, does not take it; or files are zipped to its end,
        or parts of it that are no weights lie behind its flatbuffer.
    """
    try:
        Interpreter(model_content=data)
    except (ValueError, RuntimeError) as error:
        raise ConversionError(
            "the file is none of TFLite, or is damaged", got=error, remedy="convert it again"
        ) from None
    model = schema.ModelT.InitFromPackedBuf(data)
    ops = [op for graph in model.subgraphs for op in graph.operators]
    if zipfile.is_zipfile(io.BytesIO(data)):
        raise _refusal("files zipped to its end", "add them afterwards")
    if model.externalBuffers or any(op.largeCustomOptionsOffset for op in ops):
        raise _refusal("parts in other files or behind its flatbuffer", "convert it again, as one flatbuffer")
    for buffer in model.buffers:
        if buffer.offset:
            buffer.data = np.frombuffer(data, np.uint8, buffer.size, buffer.offset)
            buffer.offset = buffer.size = 0
    return model


def _refusal(got: str, remedy: str) -> ConversionError:
    return ConversionError("the TFLite file can't be written anew", expected="one flatbuffer", got=got, remedy=remedy)


def write(model: schema.ModelT) -> bytes:
    """Write a TFLite file, without buffers that nothing reads; the same objects give the same bytes."""
    _drop_unused_buffers(model)
    builder = _Builder(0)
    builder.Finish(model.Pack(builder), file_identifier=IDENTIFIER)
    return bytes(builder.Output())


def op_name(model: schema.ModelT, op: schema.OperatorT) -> str:
    """Return TFLite's name of an operator; of a custom one, its own."""
    code = model.operatorCodes[op.opcodeIndex]
    # files of before 2020 have their op in the older, smaller field
    number = max(code.builtinCode, code.deprecatedBuiltinCode)
    return str(_NAMES[number] if number != schema.BuiltinOperator.CUSTOM else code.customCode.decode())


def _drop_unused_buffers(model: schema.ModelT) -> None:
    """Leave the buffers that something is read from, behind the first; the converter writes one for each tensor."""
    readers = [tensor for graph in model.subgraphs for tensor in graph.tensors] + list(model.metadata or ())
    numbers = {NO_BUFFER: NO_BUFFER}
    kept = [model.buffers[NO_BUFFER]]
    for reader in readers:
        # a vector without bytes is a constant without values, which is something else than none
        if model.buffers[reader.buffer].data is None:
            reader.buffer = NO_BUFFER
        elif reader.buffer not in numbers:
            numbers[reader.buffer] = len(kept)
            kept.append(model.buffers[reader.buffer])
        reader.buffer = numbers[reader.buffer]
    model.buffers = kept


class _Builder(flatbuffers.Builder):  # type: ignore[misc]  # it has no types
    """A flatbuffer in which equal vectors and equal texts are written once, and bytes are aligned for the runtime."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self._written: dict[tuple[str, bytes], int] = {}

    def CreateNumpyVector(self, x: npt.NDArray[Any]) -> int:  # noqa: N802  the library's name
        """Write a vector, or give the one that is there."""
        key = (x.dtype.str, x.tobytes())
        if key not in self._written:
            if x.dtype == np.uint8:
                # of the schema's vectors of bytes, weights must be aligned, and the library knows it not
                self.Prep(ALIGNMENT, x.size)
            self._written[key] = super().CreateNumpyVector(x)
        return self._written[key]

    def CreateString(self, s: bytes | str, *_: str) -> int:  # noqa: N802  the library's name
        """Write a text, or give the one that is there."""
        text = s if isinstance(s, bytes) else s.encode()
        if ("text", text) not in self._written:
            self._written["text", text] = super().CreateString(text)
        return self._written["text", text]


def repacked(data: bytes) -> bytes:
    """Return a TFLite file that computes the same, bit for bit, in fewer bytes.

    Vectors that are equal (scales and zero points above all: an int64 a channel, nearly always 0) are stored once,
    names of inner tensors and buffers that nothing reads not at all. Inputs, outputs, signatures and metadata stay as
    they are, and weights aligned to 16 bytes.

    Raises
    ------
    ConversionError
        It is no TFLite file, is damaged, or is more than one flatbuffer.
    """
    model = read(data)
    for graph in model.subgraphs:
        ends = {*graph.inputs, *graph.outputs}
        for index, tensor in enumerate(graph.tensors):
            if index not in ends:
                tensor.name = b""
            if tensor.quantization is not None and _says_nothing(tensor.quantization):
                tensor.quantization = None
    return write(model)


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
