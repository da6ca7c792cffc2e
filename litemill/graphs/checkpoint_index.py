"""The index of a checkpoint, looked through before TensorFlow reads it, which aborts the process at a damaged entry.

It is a sorted table as LevelDB writes it: blocks of entries, where a key begins with some of the last key's bytes, and
at the end a footer that says where the block is that lists the others. TensorFlow does not compress the blocks.
"""

import math
from collections.abc import Iterator

from google.protobuf.message import DecodeError
from tensorflow.core.protobuf.tensor_bundle_pb2 import BundleEntryProto

from litemill.graphs import safety
from litemill.ground.errors import GraphError

_FOOTER, _MAGIC = 48, 0xDB4775248B80FB57
_MAX_SIDES, _NUMBER_BYTES = 254, 10


def check(index: bytes, label: str) -> None:
    """Raise GraphError unless each tensor of a checkpoint's index has sides that a tensor can have.

    Parameters
    ----------
    index
        Content of `variables.index`.
    label
        Names the checkpoint in messages.
    """
    try:
        for key, value in _entries(index):
            if key:  # the empty one is the header, which TensorFlow reads with care
                _check(key, BundleEntryProto.FromString(value))
    except (ValueError, IndexError, DecodeError) as error:
        raise GraphError(
            f"{label}: can't be read as a checkpoint", expected="an index as TensorFlow writes it", got=error,
            remedy="take the whole SavedModel's folder again",
        ) from None  # fmt: skip


def _check(key: bytes, entry: BundleEntryProto) -> None:
    name = key.decode(errors="replace")
    sides = [side.size for side in entry.shape.dim]
    if entry.shape.unknown_rank or len(sides) > _MAX_SIDES or any(side < 0 for side in sides):
        raise ValueError(f"no shape for {name!r}")
    if (numbers := math.prod(sides)) > safety.MAX_CONSTANTS:
        raise safety.too_large(f"the checkpoint's {name!r} is", numbers)


def _entries(index: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield all keys and values; ValueError or IndexError where the bytes are no table."""
    footer = index[-_FOOTER:]
    if int.from_bytes(footer[-8:], "little") != _MAGIC:
        raise ValueError("no end of a table")
    _, at = _block(index, footer, 0)
    blocks, _ = _block(index, footer, at)
    for _, handle in _walk(blocks):
        yield from _walk(_block(index, handle, 0)[0])


def _block(index: bytes, handle: bytes, at: int) -> tuple[bytes, int]:
    """Return the block that a handle at a place leads to, and the place after the handle."""
    offset, at = _number(handle, at)
    size, at = _number(handle, at)
    if index[offset + size] != 0:
        raise ValueError("a block that is compressed")
    return index[offset : offset + size], at


def _walk(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the entries of a block, which ends in the places where keys stand whole, and how many these are."""
    end = len(block) - 4 - 4 * int.from_bytes(block[-4:], "little")
    key, at = b"", 0
    while at < end:
        shared, at = _number(block, at)
        unshared, at = _number(block, at)
        length, at = _number(block, at)
        if at + unshared + length > end or shared > len(key):
            raise ValueError("an entry that is cut")
        key = key[:shared] + block[at : at + unshared]
        at += unshared + length
        yield key, block[at - length : at]


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Read a base-128 number; return it and the place after it."""
    value = 0
    for count, byte in enumerate(data[at : at + _NUMBER_BYTES]):
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:  # noqa: PLR2004  the last byte of a number has no high bit
            return value, at + count + 1
    raise ValueError("a number without an end")
