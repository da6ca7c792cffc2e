"""Constants stored as float16 where that changes no value."""

from pathlib import Path

import numpy as np
import pytest
from small_networks import SAMPLES, file, model

from litemill.conversion import float16, tflite
from litemill.runtime import Model
from litemill.settings.recipe import Recipe

pytestmark = pytest.mark.build


@pytest.fixture(scope="module")
def plain() -> bytes:
    return file(Recipe("none"))


def types(data: bytes) -> dict[str, int]:
    """Return how many constants there are of each type, by its size in bytes."""
    read = model(data)
    kinds = {0: "float32", 1: "float16"}
    found = [kinds[one.type] for one in read.subgraphs[0].tensors if one.buffer and one.type in kinds
             and read.buffers[one.buffer].data is not None]  # fmt: skip
    return {kind: found.count(kind) for kind in kinds.values()}


def test_a_kernel_that_is_exact_is_stored_in_half_of_its_bytes_and_no_other(plain: bytes) -> None:
    stored = tflite.repacked(float16.stored_exactly(plain))
    assert types(stored)["float16"] == 1
    assert types(stored)["float32"] == types(tflite.repacked(plain))["float32"] - 1
    assert len(tflite.repacked(plain)) - len(stored) > 3 * 3 * 8 * 32 * 2 - 400


def test_the_outputs_are_the_same_bits(plain: bytes) -> None:
    for image in SAMPLES["image"]:
        tflite.require_same(plain, float16.stored_exactly(plain), {"image": image})


def test_it_is_what_the_recipe_does_and_gives_the_same_bytes_twice(plain: bytes) -> None:
    assert file(Recipe("fp16_exact")) == float16.stored_exactly(plain) == float16.stored_exactly(plain)


@pytest.mark.parametrize("spoiler", [1 / 3, np.inf, 1e6, 1e-9, np.nan])
def test_one_value_that_is_not_exact_keeps_a_kernel_as_it_is(plain: bytes, spoiler: float) -> None:
    spoilt = with_first_kernel(plain, spoiler)
    exact = np.isinf(spoiler)  # float16 has it
    assert (float16.stored_exactly(spoilt) == spoilt) != exact


def with_first_kernel(data: bytes, value: float) -> bytes:
    """Set one number of the only kernel that is exact."""
    read = tflite.read(data)
    graph = read.subgraphs[0]
    op = next(one for one in graph.operators if tflite.op_name(read, one) == "CONV_2D")
    buffer = read.buffers[graph.tensors[op.inputs[1]].buffer]
    kernel = np.frombuffer(buffer.data, np.float32).copy()
    kernel[7] = value
    buffer.data = kernel.view(np.uint8)
    return tflite.write(read)


def test_what_is_smaller_than_what_it_costs_stays(plain: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(float16, "LEAST_VALUES", 10**6)
    assert float16.stored_exactly(plain) == plain


def test_xnnpack_takes_it_whole(plain: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.tflite"
    path.write_bytes(float16.stored_exactly(plain))
    assert len(Model(path).partitions()) == 1
