"""TFLite files of others, verified before an interpreter maps them: every offset leads to bytes of the file.

The table below is the part of tensorflow/lite/schema/schema.fbs that offsets hang on. A runtime trusts the
offsets of a file that it maps; one that leads outside is read from whatever lies there in memory.
"""

import struct
from typing import Literal

from litemill.ground.errors import SourceError
from litemill.sources.content import TFLITE

MAX_TABLES = 1_000_000  # as flatbuffers' own verifier; tables may be shared, so that a small file names many

# Field number to what it is: a scalar's bytes ("4"), text, a vector of scalars ("[4]") or of tables
# ("[Tensor]"), a table ("Sparsity"), or one table of several ("Options@3": which one, field 3 says).
_SCHEMA: dict[str, dict[int, str]] = {
    "Model": {0: "4", 1: "[OperatorCode]", 2: "[SubGraph]", 3: "text", 4: "[Buffer]", 5: "[4]",
              6: "[Metadata]", 7: "[Signature]", 8: "never", 9: "never"},
    "OperatorCode": {0: "1", 1: "text", 2: "4", 3: "4"},
    "SubGraph": {0: "[Tensor]", 1: "[4]", 2: "[4]", 3: "[Operator]", 4: "text", 5: "4"},
    "Tensor": {0: "[4]", 1: "1", 2: "4", 3: "text", 4: "Quantization", 5: "1", 6: "Sparsity", 7: "[4]",
               8: "1", 9: "[Variant]", 10: "4"},
    "Quantization": {0: "[4]", 1: "[4]", 2: "[4]", 3: "[8]", 4: "1", 5: "Details@4", 6: "4"},
    "Sparsity": {0: "[4]", 1: "[4]", 2: "[Dimension]"},
    "Dimension": {0: "1", 1: "4", 2: "1", 3: "Numbers@2", 4: "1", 5: "Numbers@4"},
    "Variant": {0: "[4]", 1: "1", 2: "1"},
    "Operator": {0: "4", 1: "[4]", 2: "[4]", 3: "1", 4: "Options@3", 5: "[1]", 6: "1", 7: "[1]", 8: "[4]",
                 9: "8", 10: "8", 11: "1", 12: "never", 13: "4"},
    "Buffer": {0: "[1]", 1: "8", 2: "8"},
    "Metadata": {0: "text", 1: "4"},
    "Signature": {0: "[TensorMap]", 1: "[TensorMap]", 2: "text", 3: "text", 4: "4"},
    "TensorMap": {0: "text", 1: "4"},
    "Blockwise": {0: "4", 1: "4", 2: "4", 3: "[4]"},
    "Bytes": {0: "[1]"}, "Shorts": {0: "[2]"}, "Ints": {0: "[4]"},
    "Embeddings": {0: "4", 1: "[4]", 2: "[4]"},
    "FullyConnected": {0: "1", 1: "1", 2: "1", 3: "1", 4: "1", 5: "[1]"},
    "Variable": {0: "text", 1: "text"},
    "Scalars": {},
}  # fmt: skip
# Of the options of the built-in operators, only these hold more than scalars.
_UNIONS: dict[str, dict[int, str]] = {
    "Options": {3: "Embeddings", 8: "FullyConnected", 17: "Ints", 30: "Ints", 111: "Variable", 115: "Ints"},
    "Details": {1: "Bytes", 2: "Blockwise", 3: "Blockwise"},
    "Numbers": {1: "Ints", 2: "Shorts", 3: "Bytes"},
}
_NEVER = {("Model", 8): "weights in other files", ("Model", 9): "weights in other files",
          ("Operator", 12): "StableHLO operators"}  # fmt: skip
# Offset and size, from the file's start, of what lies behind the flatbuffer in files over 2 GB.
_OUTSIDE = {"Buffer": (1, 2), "Operator": (9, 10)}


class _Broken(Exception):  # noqa: N818  never leaves this module
    """The file is not what the schema says."""


def require_model(data: bytes, label: str) -> None:
    """Raise SourceError unless `data` is a TFLite file in which every offset holds; `label` names it."""
    try:
        if data[4:8] != TFLITE:
            raise _Broken(f"identifier {data[4:8]!r}, not TFL3")  # noqa: TRY301  one place says what is broken
        walk = _Walk(data)
        walk.table(walk.offset(0), "Model")
        if not walk.seen.get("Operator"):
            raise _Broken("no operator")  # noqa: TRY301
    except _Broken as error:
        raise SourceError(
            f"{label}: cut short, or no TFLite file", expected="a whole flatbuffer", got=error,
            remedy="fetch it again, or set source in params.yaml to another mirror",
        ) from None  # fmt: skip


class _Walk:
    """A walk along all offsets of a flatbuffer, as its schema has them."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.seen: dict[str, int] = {}
        self.left = MAX_TABLES

    def number(self, at: int, code: Literal["B", "H", "i", "I", "Q"]) -> int:
        """Read a number at byte `at`."""
        if at < 0 or at + struct.calcsize("<" + code) > len(self.data):
            raise _Broken(f"an offset to byte {at} of {len(self.data)}")
        return int(struct.unpack_from("<" + code, self.data, at)[0])

    def offset(self, at: int) -> int:
        """Follow the offset at byte `at`."""
        return at + self.number(at, "I")

    def vector(self, at: int, width: int) -> int:
        """Check a vector of elements of `width` bytes, its length ahead of it; give that length."""
        count = self.number(at, "I")
        if at + 4 + count * width > len(self.data):
            raise _Broken(f"{count} elements of {width} bytes at byte {at} of {len(self.data)}")
        return count

    def table(self, at: int, name: str) -> None:
        """Check the table at byte `at`, and all that hangs on it."""
        self.left -= 1
        if self.left < 0:
            raise _Broken(f"more than {MAX_TABLES} tables")
        self.seen[name] = self.seen.get(name, 0) + 1
        fields = self._fields(at, name)
        for number, place in fields.items():
            kind = _SCHEMA[name].get(number, "")
            if kind == "never":
                raise _Broken(f"{_NEVER[name, number]}, which are not supported")
            if "@" in kind:
                union, chooser = kind.split("@")
                which = self.number(fields[int(chooser)], "B") if int(chooser) in fields else 0
                kind = _UNIONS[union].get(which, "Scalars")
            self._field(place, kind)
        if name in _OUTSIDE:
            start, size = (self.number(fields[i], "Q") if i in fields else 0 for i in _OUTSIDE[name])
            if start + size > len(self.data):
                raise _Broken(f"{size} bytes at byte {start} of {len(self.data)}")

    def _fields(self, at: int, name: str) -> dict[int, int]:
        """Return the place of each field of a table that is there."""
        start = at - self.number(at, "i")
        length, size = self.number(start, "H"), self.number(start + 2, "H")
        if length < 4 or length % 2 or start + length > len(self.data) or at + size > len(self.data):  # noqa: PLR2004  its two lengths
            raise _Broken(f"a table at byte {at} that does not fit")
        fields = {}
        for number in range((length - 4) // 2):
            place = self.number(start + 4 + 2 * number, "H")
            kind = _SCHEMA[name].get(number, "1")
            if place and not 4 <= place <= size - (int(kind) if kind.isdigit() else 4):  # noqa: PLR2004  its own offset
                raise _Broken(f"a field outside its table at byte {at}")
            if place:
                fields[number] = at + place
        return fields

    def _field(self, place: int, kind: str) -> None:
        """Check what the field at byte `place` leads to; a scalar leads nowhere."""
        if kind == "text":
            start = self.offset(place)
            end = start + 4 + self.vector(start, 1)
            if self.number(end, "B"):
                raise _Broken(f"a text without an end at byte {start}")
        elif kind.startswith("[") and kind[1:-1].isdigit():
            self.vector(self.offset(place), int(kind[1:-1]))
        elif kind.startswith("["):
            start = self.offset(place)
            for index in range(self.vector(start, 4)):
                self.table(self.offset(start + 4 + 4 * index), kind[1:-1])
        elif kind in _SCHEMA:
            self.table(self.offset(place), kind)
