"""TFLite files as functions of arrays: the official ones in data/embedded."""

from pathlib import Path

import numpy as np
import pytest

from litemill import runtime
from litemill.ground.errors import ArtifactError
from litemill.records.base import Tensor
from litemill.runtime import Model

EMBEDDED = Path(__file__).parents[1] / "data/embedded/lite-models"
DEEPLAB = EMBEDDED / "tensorflow/lite-model/deeplabv3/1/metadata/2.tflite"
MAGENTA = EMBEDDED / "google/lite-model/magenta/arbitrary-image-stylization-v1-256"
PREDICT, TRANSFER = MAGENTA / "int8/prediction/1.tflite", MAGENTA / "int8/transfer/1.tflite"
RANDOM = np.random.default_rng(0)


def test_an_input_has_the_role_that_it_was_given_and_its_size() -> None:
    model = Model(DEEPLAB, roles=("image",))
    assert [(tensor.role, tensor.shape, tensor.dtype) for tensor in model.inputs] == [
        ("image", (1, 257, 257, 3), "float32")
    ]
    assert model.size("image") == (257, 257)
    assert model.output.shape == (1, 257, 257, 21)


def test_without_roles_the_inputs_have_their_own_names() -> None:
    assert [tensor.role for tensor in Model(DEEPLAB).inputs] == ["sub_7"]


@pytest.mark.parametrize("precision", ["int8", "fp16"])
def test_two_inputs_are_told_by_their_shape(precision: str) -> None:
    model = Model(MAGENTA / precision / "transfer/1.tflite", roles=("content", "bottleneck"))
    shapes = {tensor.role: tensor.shape for tensor in model.inputs}
    assert shapes == {"content": (1, 384, 384, 3), "bottleneck": (1, 1, 1, 100)}


def test_a_run_takes_and_gives_arrays_without_a_batch_and_repeats() -> None:
    model = Model(PREDICT, roles=("style",))
    style = RANDOM.random((256, 256, 3), np.float32)
    first = model.run({"style": style})
    assert first.shape == (1, 1, 100)
    assert first.dtype == np.float32
    model.run({"style": style * 0})
    np.testing.assert_array_equal(model.run({"style": style}), first)
    np.testing.assert_array_equal(Model(PREDICT, 2, roles=("style",)).run({"style": style}), first)


def test_what_was_given_is_not_overwritten_by_the_next_run() -> None:
    model = Model(PREDICT, roles=("style",))
    first = model.run({"style": np.zeros((256, 256, 3), np.float32)})
    kept = first.copy()
    model.run({"style": np.ones((256, 256, 3), np.float32)})
    np.testing.assert_array_equal(first, kept)


def test_ops_are_counted_by_name_without_the_delegates() -> None:
    ops = Model(DEEPLAB).ops()
    assert list(ops) == sorted(ops)
    assert ops["DEPTHWISE_CONV_2D"] > 10
    assert "DELEGATE" not in ops


@pytest.mark.parametrize("data", [b"", b"no model", b"\0" * 64, PREDICT.read_bytes()[:200_000]])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.tflite").write_bytes(data)
    with pytest.raises(ArtifactError, match=r"a\.tflite: can't be loaded: got .* -> remove the file"):
        Model(tmp_path / "a.tflite")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"absent\.tflite: can't be loaded"):
        Model(tmp_path / "absent.tflite")


def test_a_file_with_other_inputs_is_refused() -> None:
    with pytest.raises(ArtifactError, match="has other inputs: expected content, bottleneck, got content ->"):
        Model(PREDICT, roles=("content", "bottleneck"))


def test_an_array_of_another_shape_is_refused() -> None:
    model = Model(PREDICT, roles=("style",))
    with pytest.raises(ArtifactError, match=r"input style: expected \(1, 256, 256, 3\), got \(1, 8, 8, 3\)"):
        model.run({"style": np.zeros((8, 8, 3), np.float32)})


def test_values_are_stored_as_a_quantized_input_has_them() -> None:
    tensor = Tensor("image", "image", (6,), "int8", 0.5, -10)
    values = np.array([0, 0.5, 0.74, -1, 1000, -1000], np.float32)
    stored = runtime.to_stored(values, tensor)
    assert stored.dtype == np.int8
    assert stored.tolist() == [-10, -9, -9, -12, 127, -128]
    plain = runtime.to_stored(values, Tensor("image", "image", (6,), "float32"))
    np.testing.assert_array_equal(plain, values)


@pytest.mark.parametrize("name", ["image", "serving_default_image:0", "image:0", "image;other"])
def test_a_tensors_name_is_told_from_what_converters_add(name: str) -> None:
    assert runtime._plain(name) == "image"
