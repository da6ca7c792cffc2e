"""What of the official files in data/embedded XNNPACK takes, and what they compute."""

from pathlib import Path

import pytest

from litemill.delegates.xnnpack import multiply_adds, xnnpack
from litemill.records.artifact import Refusal
from litemill.runtime import Model

EMBEDDED = Path(__file__).parents[2] / "data/embedded"


def official(end: str) -> Model:
    return Model(next(path for path in sorted(EMBEDDED.rglob("*.tflite")) if str(path).endswith(end)))


def test_a_file_that_xnnpack_takes_whole_is_one_partition() -> None:
    found = xnnpack(official("int8/prediction/1.tflite"))
    assert (found.target, found.partitions, found.refused) == ("xnnpack", 1, ())


@pytest.mark.parametrize(("end", "partitions"), [("int8/transfer/1.tflite", 30), ("fp16/transfer/1.tflite", 16)])
def test_what_splits_a_file_is_named_with_its_reason(end: str, partitions: int) -> None:
    found = xnnpack(official(end))
    assert found.partitions == partitions
    assert Refusal("MIRROR_PAD", "no kernel for it", 16) in found.refused
    assert Refusal("RESIZE_NEAREST_NEIGHBOR", "no kernel for it", 3) in found.refused
    # sums with the norms' epsilon, whose scale is 10,000 times smaller
    assert (Refusal("ADD", "scales of inputs and output too far apart", 13) in found.refused) == end.startswith("int8")


def test_both_official_transfer_files_compute_the_same() -> None:
    counts = {multiply_adds(official(f"{kind}/transfer/1.tflite")) for kind in ("int8", "fp16")}
    assert len(counts) == 1
    assert 1.8e9 < counts.pop() < 1.9e9
