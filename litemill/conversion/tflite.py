"""A TFLite file as the objects of its schema, and back."""

from typing import Any

import flatbuffers
import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from litemill.core.errors import ConversionError, SourceError
from litemill.sources.flatbuffer import require_model

IDENTIFIER = b"TFL3"
VERSION = 3
ALIGNMENT = 16
NO_BUFFER = 0  # by TFLite's rule the first is empty
_NAMES = {code: name for name, code in vars(schema.BuiltinOperator).items() if not name.startswith("_")}
_REMEDY = "convert it again"


def read(data: bytes) -> schema.ModelT:
    """Read a TFLite file; weights that lie behind its flatbuffer are brought inside.

    Raises
    ------
    ConversionError
        It is no TFLite file, is damaged, or is of another version than the schema.
    """
    try:
        require_model(data, "the TFLite file")
    except SourceError as error:
        raise ConversionError(error.what, expected=error.expected, got=error.got, remedy=_REMEDY) from None
    model = schema.ModelT.InitFromPackedBuf(data)
    if model.version != VERSION:
        raise ConversionError("the TFLite file is of another version", expected=VERSION, got=model.version,
                              remedy=_REMEDY)  # fmt: skip
    for buffer in model.buffers:
        if buffer.offset:
            buffer.data = np.frombuffer(data, np.uint8, buffer.size, buffer.offset)
            buffer.offset = buffer.size = 0
    for graph in model.subgraphs:
        for op in graph.operators:
            start, size = op.largeCustomOptionsOffset, op.largeCustomOptionsSize
            if start:
                op.customOptions = np.frombuffer(data, np.uint8, size, start)
                op.largeCustomOptionsOffset = op.largeCustomOptionsSize = 0
    return model


def write(model: schema.ModelT) -> bytes:
    """Write a TFLite file; the same objects give the same bytes."""
    builder = _Builder(0)
    builder.Finish(model.Pack(builder), file_identifier=IDENTIFIER)
    return bytes(builder.Output())


def op_name(model: schema.ModelT, op: schema.OperatorT) -> str:
    """Give TFLite's name of an operator; of a custom one, its own."""
    code = model.operatorCodes[op.opcodeIndex]
    # files of before 2020 have their op in the older, smaller field
    number = max(code.builtinCode, code.deprecatedBuiltinCode)
    return str(_NAMES[number] if number != schema.BuiltinOperator.CUSTOM else code.customCode.decode())


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
