"""TensorFlow's converter with a recipe's settings, on a tiny network."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Literal, get_args, get_type_hints

import numpy as np
import pytest
import tensorflow as tf

from litemill.conversion import recipes
from litemill.conversion.converter import convert
from litemill.ground.errors import ConversionError
from litemill.records.base import Tensor
from litemill.runtime import Model
from litemill.settings.recipe import OpRule, Recipe

pytestmark = pytest.mark.build
ROOT = Path(__file__).parents[2]
Quantize = Literal["none", "fp16", "fp16_exact", "dynamic", "per_op", "int8", "int16x8"]
SHAPE = (1, 16, 16, 8)
INPUTS = (Tensor("image", "image", SHAPE, "float32"),)
SAMPLES = {"image": np.random.default_rng(1).random((6, 16, 16, 8), np.float32)}


def network() -> bytes:
    """Return a network with enough weights to be worth quantizing."""
    random = np.random.default_rng(0)
    with tf.Graph().as_default() as graph:
        image = tf.compat.v1.placeholder(tf.float32, SHAPE, name="image")
        first = tf.nn.relu6(tf.nn.conv2d(image, random.normal(0, 0.1, (3, 3, 8, 32)).astype(np.float32), 2, "SAME"))
        second = tf.nn.conv2d(first, random.normal(0, 0.1, (3, 3, 32, 16)).astype(np.float32), 1, "SAME")
        tf.identity(second, name="logits")
    return bytes(graph.as_graph_def().SerializeToString(deterministic=True))


def recipe(quantize: Quantize, samples: int = 4) -> Recipe:
    rules = (OpRule("CONV_2D", "dynamic"),) if quantize == "per_op" else ()
    return Recipe(quantize, samples if quantize.startswith("int") else None, rules)


def converted(quantize: Quantize) -> bytes:
    return recipes.convert(network(), INPUTS, "logits", recipe(quantize), SAMPLES).data


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One file a way of quantizing."""
    folder = tmp_path_factory.mktemp("converted")
    for quantize in get_args(Quantize):
        (folder / f"{quantize}.tflite").write_bytes(converted(quantize))
    return {quantize: folder / f"{quantize}.tflite" for quantize in get_args(Quantize)}


def test_every_way_of_quantizing_that_a_recipe_knows_has_a_converter_and_is_tested() -> None:
    assert set(recipes.CONVERTERS) == set(get_args(Quantize))
    assert set(get_args(get_type_hints(Recipe)["quantize"])) == set(get_args(Quantize))


@pytest.mark.parametrize(
    ("quantize", "error"),
    [
        ("none", 1e-5),
        ("fp16", 2e-3),
        ("fp16_exact", 1e-5),
        ("dynamic", 0.03),
        ("per_op", 0.03),
        ("int8", 0.05),
        ("int16x8", 0.02),
    ],
)
def test_a_file_computes_what_the_graph_does_within_its_precision(
    files: dict[str, Path], quantize: str, error: float
) -> None:
    exact, model = Model(files["none"]), Model(files[quantize])
    for image in SAMPLES["image"]:
        expected = exact.run({"image": image})
        assert np.abs(model.run({"image": image}) - expected).max() <= error * np.abs(expected).max()


@pytest.mark.parametrize("quantize", get_args(Quantize))
def test_inputs_and_outputs_stay_float_and_keep_their_names(files: dict[str, Path], quantize: str) -> None:
    model = Model(files[quantize])
    assert [(tensor.role, tensor.shape, tensor.dtype) for tensor in model.inputs] == [("image", SHAPE, "float32")]
    assert model.output.dtype == "float32"
    assert model.output.shape == (1, 8, 8, 16)


def test_quantized_files_are_as_much_smaller_as_their_weights(files: dict[str, Path]) -> None:
    sizes = {quantize: path.stat().st_size for quantize, path in files.items()}
    assert sizes["fp16"] < 0.65 * sizes["none"]
    assert max(sizes[one] for one in ("dynamic", "per_op", "int8", "int16x8")) < 0.5 * sizes["none"]


def test_each_way_leaves_its_ops(files: dict[str, Path]) -> None:
    ops = {quantize: Model(path).ops() for quantize, path in files.items()}
    assert ops["none"] == ops["fp16_exact"] == ops["dynamic"] == ops["per_op"] == {"CONV_2D": 2}
    assert ops["fp16"].get("DEQUANTIZE", 0) >= 2
    for quantize in ("int8", "int16x8"):
        assert ops[quantize] == {"CONV_2D": 2, "DEQUANTIZE": 1, "QUANTIZE": 1}


def test_the_same_graph_gives_the_same_bytes_twice_and_in_another_process(files: dict[str, Path]) -> None:
    hashes = {quantize: hashlib.sha256(path.read_bytes()).hexdigest() for quantize, path in files.items()}
    code = (
        "import hashlib, test_converter as t\n"
        "for q in t.get_args(t.Quantize): print('hash', q, hashlib.sha256(t.converted(q)).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{Path(__file__).parent}", "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert dict(line.split()[1:] for line in done.stdout.splitlines() if line.startswith("hash ")) == hashes
    assert hashlib.sha256(converted("int8")).hexdigest() == hashes["int8"]


def test_calibration_uses_as_many_samples_as_the_recipe_says() -> None:
    first = convert(network(), INPUTS, "logits", recipe("int8", 2), SAMPLES)
    assert first == convert(network(), INPUTS, "logits", recipe("int8", 2), {"image": SAMPLES["image"][:2]})
    assert first != convert(network(), INPUTS, "logits", recipe("int8", 2), {"image": SAMPLES["image"][2:]})


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_each_input_is_calibrated_with_its_own_values(tmp_path: Path, order: tuple[str, str]) -> None:
    with tf.Graph().as_default() as graph:
        a, b = (tf.compat.v1.placeholder(tf.float32, (1, 8), name=name) for name in ("a", "b"))
        tf.identity(a * 1000 + b, name="sum")
    tensors = [Tensor(name, name, (1, 8), "float32") for name in order]
    random = np.random.default_rng(0)
    samples = {"a": random.random((8, 8), np.float32), "b": random.random((8, 8), np.float32) * 1000}
    (tmp_path / "a.tflite").write_bytes(
        convert(graph.as_graph_def().SerializeToString(), tensors, "sum", recipe("int8", 8), samples)
    )
    model = Model(tmp_path / "a.tflite")
    assert [tensor.name for tensor in model.inputs] == list(order)
    found = model.run({"a": samples["a"][0], "b": samples["b"][0]})
    np.testing.assert_allclose(found, samples["a"][0] * 1000 + samples["b"][0], atol=30)


@pytest.mark.parametrize("samples", [{"image": SAMPLES["image"][:3]}, {}])
def test_too_few_samples_are_refused(samples: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]) -> None:
    got = len(samples.get("image", ()))
    with pytest.raises(
        ConversionError, match=f"too few calibration samples: expected at least 4 of image, got {got} ->"
    ):
        convert(network(), INPUTS, "logits", recipe("int8"), samples)


def test_an_op_that_the_runtime_does_not_have_is_named_in_one_line() -> None:
    with tf.Graph().as_default() as graph:
        image = tf.compat.v1.placeholder(tf.float32, SHAPE, name="image")
        tf.identity(tf.raw_ops.Betainc(a=image, b=image, x=image), name="logits")
    with pytest.raises(ConversionError) as caught:
        convert(graph.as_graph_def().SerializeToString(), INPUTS, "logits", recipe("none"), {})
    assert "the converter refuses the graph" in str(caught.value)
    assert "tf.Betainc" in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(("graph", "output"), [(network(), "logit"), (b"", "logits")])
def test_a_graph_without_the_tensors_is_refused(graph: bytes, output: str) -> None:
    with pytest.raises(ConversionError, match="the converter refuses the graph: got Invalid tensors"):
        convert(graph, INPUTS, output, recipe("none"), {})
