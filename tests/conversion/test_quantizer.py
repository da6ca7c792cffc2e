"""Operators told apart by how they compute."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import needs
import numpy as np
import pytest
from small_networks import SAMPLES, SHAPE, file, model

from litemill.conversion import tflite
from litemill.conversion.converter import convert
from litemill.conversion.quantizer import choose, quantized
from litemill.ground import npz, project
from litemill.ground.errors import ConversionError
from litemill.records.base import Tensor
from litemill.runtime import Model
from litemill.settings import params
from litemill.settings.recipe import OpRule, Recipe

pytestmark = pytest.mark.build
ROOT = Path(__file__).parents[2]
EVERY = OpRule("*", "dynamic")
INT4, INT8, FLOAT32 = 17, 9, 0


@pytest.fixture(scope="module")
def plain() -> bytes:
    return file(Recipe("none"))


def ways(data: bytes, *rules: OpRule) -> dict[str, str]:
    """Return how each operator computes, by its scope in the graph; those that stay in float left out."""
    return {op.output.split("/")[0]: rule.compute for op, rule in choose(data, rules).items()}


def weights(data: bytes) -> dict[str, tuple[int, int, bool]]:
    """Return the type, scales and whether a DEQUANTIZE makes them, of each operator's weights, by its scope."""
    read = tflite.read(data)
    graph = read.subgraphs[0]
    makers = {op.outputs[0]: op for op in graph.operators if tflite.op_name(read, op) == "DEQUANTIZE"}
    found = {}
    for op in graph.operators:
        if "CONV" in tflite.op_name(read, op):
            maker = makers.get(op.inputs[1])
            tensor = graph.tensors[maker.inputs[0] if maker else op.inputs[1]]
            scales = len(tensor.quantization.scale) if tensor.type == INT8 else 0
            found[graph.tensors[op.outputs[0]].name.decode().split("/")[0]] = (tensor.type, scales, maker is not None)
    return found


def test_each_way_leaves_its_weights_with_a_scale_a_channel(plain: bytes) -> None:
    rules = (EVERY, OpRule("DEPTHWISE_CONV_2D", "weight_only"), OpRule("CONV_2D", "float", "^logits|last"))
    assert weights(quantized(plain, rules)) == {
        "first": (INT8, 32, False),
        "middle": (INT8, 32, True),
        next(scope for scope in weights(plain) if scope not in ("first", "middle")): (FLOAT32, 0, False),
    }


def test_of_several_rules_that_fit_the_last_holds(plain: bytes) -> None:
    first = OpRule("CONV_2D", "weight_only", "^first")
    assert ways(plain, EVERY, first)["first"] == "weight_only"
    assert ways(plain, first, EVERY)["first"] == "dynamic"
    assert "first" not in ways(plain, EVERY, OpRule("*", "float", "first"))
    assert ways(plain, EVERY, OpRule("*", "float")) == {}


def test_what_no_rule_fits_stays_in_float(plain: bytes) -> None:
    assert ways(plain, OpRule("CONV_2D", "dynamic", "first")) == {"first": "dynamic"}
    assert quantized(plain, (OpRule("*", "float"),)) == plain


def test_a_rule_of_every_operator_is_of_those_with_weights(plain: bytes) -> None:
    assert set(ways(plain, EVERY).values()) == {"dynamic"}
    assert len(ways(plain, EVERY)) == 3


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (
            OpRule("CONV_2D", "dynamic", "^first/Relu7"),
            r"no output of CONV_2D fits '\^first/Relu7' -> did you mean 'fir",
        ),
        (OpRule("*", "float", "nowhere at all"), r"no output of \* fits 'nowhere at all' -> known: first/"),
        (
            OpRule("CONV2D", "dynamic"),
            "no CONV2D in the network that has weights to quantize -> did you mean 'CONV_2D'",
        ),
        (OpRule("FULLY_CONNECTED", "dynamic"), "no FULLY_CONNECTED in the network that has weights"),
        (OpRule("ADD", "dynamic"), "no ADD in the network that has weights to quantize -> known: CONV_2D, DEPTHWISE"),
    ],
)
def test_a_rule_that_fits_nothing_is_told_with_the_nearest_name(plain: bytes, rule: OpRule, message: str) -> None:
    with pytest.raises(ConversionError, match=message):
        quantized(plain, (EVERY, rule))


def test_outputs_must_be_a_regular_expression() -> None:
    with pytest.raises(ValueError, match=r"outputs is no regular expression: .*unterminated"):
        OpRule("*", "float", "(a")


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        (OpRule("*", "dynamic"), 0.05),
        (OpRule("*", "weight_only"), 0.03),
        (OpRule("CONV_2D", "dynamic", bits=4), 0.1),
        (OpRule("CONV_2D", "weight_only", bits=4), 0.1),
        (OpRule("*", "float"), 1e-6),
    ],
)
def test_a_file_computes_what_the_network_does_within_its_precision(
    plain: bytes, tmp_path: Path, rule: OpRule, error: float
) -> None:
    rules = (rule,)
    (tmp_path / "exact.tflite").write_bytes(plain)
    (tmp_path / "found.tflite").write_bytes(quantized(plain, rules))
    exact, found = Model(tmp_path / "exact.tflite"), Model(tmp_path / "found.tflite")
    assert [tensor.shape for tensor in found.inputs] == [SHAPE]
    for image in SAMPLES["image"]:
        expected = exact.run({"image": image})
        difference = np.abs(found.run({"image": image}) - expected).max() / np.abs(expected).max()
        assert difference <= error
        assert (difference > 0) == (rule.compute != "float")


def test_weights_of_four_bits_take_less_than_two_thirds_of_those_of_eight(plain: bytes) -> None:
    four, eight = (quantized(plain, (OpRule("CONV_2D", "dynamic", bits=bits),)) for bits in (4, 8))
    assert len(four) < 0.67 * len(eight)
    types = {tensor.type for tensor in model(four).subgraphs[0].tensors}
    assert INT4 in types
    assert INT8 not in types


def test_four_bits_where_the_package_has_none_are_told(plain: bytes) -> None:
    with pytest.raises(ConversionError, match="litert-quantizer refuses the file: got Unsupported op"):
        quantized(plain, (OpRule("DEPTHWISE_CONV_2D", "dynamic", bits=4),))


def test_weights_behind_the_flatbuffer_are_brought_inside(plain: bytes) -> None:
    data = quantized(plain, (EVERY,))
    read = tflite.read(data)
    assert not any(one.offset or one.size for one in read.buffers)
    assert not any(one.offset for one in model(tflite.write(read)).buffers)


def test_the_recipe_stores_what_stays_in_float_exactly() -> None:
    rules = (OpRule("*", "dynamic", "middle"),)
    ops = {op.opcodeIndex for op in model(file(Recipe("per_op", ops=rules))).subgraphs[0].operators}
    assert len(ops) == 3  # CONV_2D, DEPTHWISE_CONV_2D, and DEQUANTIZE of the kernel that is float16


def test_the_same_file_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib, small_networks as s\n"
        "from litemill.settings.recipe import OpRule, Recipe\n"
        "print('hash', hashlib.sha256(s.file(Recipe('per_op', ops=(OpRule('*', 'dynamic'),)))).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{Path(__file__).parent}", "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found = hashlib.sha256(file(Recipe("per_op", ops=(EVERY,)))).hexdigest()
    assert f"hash {found}" in done.stdout
    assert "%|" not in done.stderr  # its progress bar


@pytest.mark.parametrize("recipe", ["fp16_exact", "mixed", "fastest"])
def test_the_recipes_of_the_transfer_network_are_one_partition_and_near_the_original(recipe: str) -> None:
    path = needs.built(project.artifact("magenta_transfer", recipe))
    least = {"fp16_exact": 100, "mixed": 39, "fastest": 36.5}
    found = npz.read(project.samples("magenta_transfer", "evaluation"))
    original = npz.read(project.reference("magenta_transfer"))["stylized"]
    file_of = Model(path)
    assert len(file_of.partitions()) == 1
    errors = [
        np.mean((file_of.run({role: found[role][index] for role in ("content", "bottleneck")}) - wanted) ** 2)
        for index, wanted in enumerate(original)
    ]
    assert np.mean(-10 * np.log10(errors)) >= least[recipe]


@pytest.mark.parametrize("graph", [project.graph, project.unrewritten])
def test_the_recipes_of_the_transfer_network_fit_it_with_and_without_its_rewrites(graph: Callable[[str], Path]) -> None:
    path = needs.built(graph("magenta_transfer"))
    inputs = (Tensor("content", "content", (1, 384, 384, 3), "float32"),
              Tensor("bottleneck", "bottleneck", (1, 1, 1, 100), "float32"))  # fmt: skip
    plain = convert(path.read_bytes(), inputs, "stylized", Recipe("none"), {})
    convolutions = set(choose(plain, (EVERY,)))
    for recipe, in_float in (("mixed", 4), ("fastest", 0)):
        chosen = choose(plain, params.load().recipe(recipe).ops)
        assert len(convolutions - set(chosen)) == in_float
        weight_only = {op.output for op, rule in chosen.items() if rule.compute == "weight_only"}
        assert {op.output for op in convolutions if "style_params" in op.output} < weight_only
