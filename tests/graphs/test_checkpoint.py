"""Checkpoints of strangers: damaged ones, and such as lead elsewhere or claim too much."""

import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import hostile
import numpy as np
import pytest
from tensorflow.core.protobuf.tensor_bundle_pb2 import BundleEntryProto, BundleHeaderProto

from litemill.graphs import checkpoint_index, load
from litemill.ground.errors import GraphError

MAGIC = 0xDB4775248B80FB57
CRC = [0] * 256


def crc32c(data: bytes) -> int:
    """Return the sum that LevelDB keeps of a block."""
    if not any(CRC):
        for start in range(256):
            value = start
            for _ in range(8):
                value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
            CRC[start] = value
    value = 0xFFFFFFFF
    for byte in data:
        value = CRC[(value ^ byte) & 0xFF] ^ value >> 8
    value ^= 0xFFFFFFFF
    return ((value >> 15 | value << 17) + 0xA282EAD8) & 0xFFFFFFFF


def number(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def index(entries: dict[str, BundleEntryProto | bytes]) -> bytes:
    """Write an index whose sums are right, with any entries."""
    header = BundleHeaderProto(num_shards=1)
    header.version.producer = 1
    items = {b"": header.SerializeToString()} | {
        key.encode(): value if isinstance(value, bytes) else value.SerializeToString() for key, value in entries.items()
    }
    out = b""

    def put(items: dict[bytes, bytes]) -> bytes:
        nonlocal out
        block = b"".join(
            number(0) + number(len(key)) + number(len(value)) + key + value for key, value in items.items()
        )
        block += struct.pack("<II", 0, 1)
        handle = number(len(out)) + number(len(block))
        out += block + b"\0" + struct.pack("<I", crc32c(block + b"\0"))
        return handle

    data, meta = put(items), put({})
    footer = meta + put({b"~": data})
    return out + footer.ljust(40, b"\0") + struct.pack("<Q", MAGIC)


def entry(*sides: int, size: int | None = None) -> BundleEntryProto:
    result = BundleEntryProto(dtype=1, size=4 * abs(sides[0]) if size is None else size)
    for side in sides:
        result.shape.dim.add(size=side)
    return result


def weights() -> BundleEntryProto:
    """Return the entry of the model's weights, as it should be."""
    result = entry(3, 3, 3, 4, size=hostile.WEIGHTS.nbytes)
    result.offset, result.crc32c = 16, crc32c(hostile.WEIGHTS.tobytes())
    return result


@pytest.fixture
def model(tmp_path: Path) -> Path:
    hostile.tensorflow_1(tmp_path / "model")
    return tmp_path / "model"


def test_an_index_of_tensorflow_is_taken(model: Path) -> None:
    checkpoint_index.check((model / "variables" / "variables.index").read_bytes(), "model")


def test_an_index_made_here_is_taken(model: Path) -> None:
    bias = entry(4)
    bias.crc32c = crc32c(np.arange(4, dtype=np.float32).tobytes())
    expected = load.freeze(model)
    (model / "variables" / "variables.index").write_bytes(index({"b": bias, "w": weights()}))
    assert load.freeze(model) == expected


@pytest.mark.parametrize(
    ("bias", "said"),
    [
        (entry(-4), "no shape for 'b'"),
        (entry(*[1] * 300), "no shape for 'b'"),
        (entry(1 << 40), "'b' is too large: expected at most 268435456 numbers, got 1099511627776"),
        (entry(1 << 40, 1 << 40), "'b' is too large"),
        (b"\xff\xff\xff", "expected an index as TensorFlow writes it"),
        (entry(4, size=1 << 50), "'b' can't be read"),
    ],
    ids=["negative", "300 sides", "2^40", "2^80", "no entry", "size"],
)
def test_a_tensor_that_can_not_be_is_refused_and_ends_no_process(
    bias: BundleEntryProto | bytes, said: str, model: Path
) -> None:
    (model / "variables" / "variables.index").write_bytes(index({"b": bias, "w": weights()}))
    with pytest.raises(GraphError, match=said.replace("^", r"\^")) as caught:
        load.freeze(model)
    assert "\n" not in str(caught.value)


def test_a_claim_of_many_numbers_in_a_small_file_ends_in_an_error(model: Path) -> None:
    (model / "variables" / "variables.index").write_bytes(index({"b": entry(1 << 27, size=4 << 27), "w": weights()}))
    with pytest.raises(GraphError, match="'b' can't be read"):
        load.freeze(model)


def test_an_index_that_is_cut_at_any_place_is_refused(model: Path) -> None:
    data = (model / "variables" / "variables.index").read_bytes()
    for place in range(len(data)):
        with pytest.raises(GraphError, match="expected an index as TensorFlow writes it"):
            checkpoint_index.check(data[:place], "model")


def folder_for_a_checkpoint(variables: Path, victim: Path) -> None:
    """TensorFlow looks into a folder for the path of the latest checkpoint."""
    for path in variables.iterdir():
        path.unlink()
    (variables / "variables").mkdir()
    (variables / "variables" / "checkpoint").write_text(f'model_checkpoint_path: "{victim}/variables/variables"')


def pipe(variables: Path, _: Path) -> None:
    data = next(variables.glob("*.data-*"))
    data.unlink()
    os.mkfifo(data)


def cut(variables: Path, _: Path) -> None:
    data = next(variables.glob("*.data-*"))
    data.write_bytes(data.read_bytes()[:100])


@pytest.mark.parametrize("spoil", [folder_for_a_checkpoint, pipe, cut])
def test_a_checkpoint_that_is_none_is_refused(spoil: Callable[[Path, Path], None], model: Path, tmp_path: Path) -> None:
    shutil.copytree(model, tmp_path / "victim")
    spoil(model / "variables", tmp_path / "victim")
    with pytest.raises(GraphError, match="can't be read") as caught:
        load.freeze(model)
    assert "\n" not in str(caught.value)
