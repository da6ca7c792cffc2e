"""Convolutions as linear systems, held against what the runtime computes of them."""

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from litemill.conversion import converter, tflite
from litemill.conversion.refit.layer import Layer, layers, spread
from litemill.records.base import Tensor
from litemill.settings.recipe import Recipe

pytestmark = pytest.mark.build
SHAPE = (1, 17, 14, 6)


def converted(kernel: tuple[int, ...], stride: int, dilation: int, padding: str, *, depthwise: bool) -> bytes:
    random = np.random.default_rng(0)
    weights = random.normal(0, 1, kernel).astype(np.float32)
    with tf.Graph().as_default() as graph:
        image = tf.compat.v1.placeholder(tf.float32, SHAPE, name="image")
        if depthwise:
            dilations = [dilation, dilation]
            found = tf.nn.depthwise_conv2d(image, weights, [1, stride, stride, 1], padding, dilations=dilations)
        else:
            found = tf.nn.conv2d(image, weights, stride, padding, dilations=dilation)
        tf.identity(found + random.normal(0, 1, found.shape[-1]).astype(np.float32), name="out")
    inputs = (Tensor("image", "image", SHAPE, "float32"),)
    return converter.convert(graph.as_graph_def().SerializeToString(), inputs, "out", Recipe("none"), {})


def only_layer(data: bytes) -> Layer:
    (layer,) = layers(tflite.read(data), schema.TensorType.FLOAT32)
    return layer


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize(
    ("kernel", "stride", "dilation", "depthwise"),
    [
        ((1, 1, 6, 4), 1, 1, False),
        ((3, 3, 6, 4), 1, 1, False),
        ((3, 3, 6, 4), 2, 1, False),
        ((5, 3, 6, 4), 1, 2, False),
        ((3, 3, 3, 4), 1, 1, False),  # two groups
        ((3, 3, 6, 1), 1, 1, True),
        ((3, 3, 6, 1), 2, 1, True),
        ((3, 3, 6, 1), 1, 2, True),
        ((3, 3, 6, 2), 1, 1, True),  # two outputs a channel
    ],
)
def test_a_layer_computes_what_the_runtime_does(
    kernel: tuple[int, ...], stride: int, dilation: int, padding: str, *, depthwise: bool
) -> None:
    data = converted(kernel, stride, dilation, padding, depthwise=depthwise)
    layer = only_layer(data)
    values = np.random.default_rng(1).normal(0, 1, SHAPE).astype(np.float32)
    interpreter = Interpreter(model_content=data)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], values)
    interpreter.invoke()
    expected = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0]
    found = layer.sums(values).astype(np.float64) + layer.bias()[:, None]
    # groups hold neighbouring channels
    as_map = found.transpose(1, 0, 2).reshape(expected.shape)
    np.testing.assert_allclose(as_map, expected, atol=1e-4)


def test_int8_patches_are_those_of_the_values_that_are_stored() -> None:
    layer = only_layer(converted((3, 3, 6, 4), 2, 1, "SAME", depthwise=False))
    layer.input.quantization = schema.QuantizationParametersT(scale=[0.5], zeroPoint=[-7])
    stored = np.random.default_rng(0).integers(-128, 128, SHAPE, np.int8)
    values = (stored.astype(np.float32) + 7) / 2
    weights = layer.weights().transpose(0, 2, 1)
    np.testing.assert_allclose(layer.dequantized_patches(stored) @ weights, layer.sums(values), atol=1e-3)


def test_weights_that_two_operators_share_are_no_layer_of_one() -> None:
    model = tflite.read(converted((1, 1, 6, 6), 1, 1, "SAME", depthwise=False))
    graph = model.subgraphs[0]
    graph.operators.append(graph.operators[0])
    assert layers(model, schema.TensorType.FLOAT32) == []


@pytest.mark.parametrize(("count", "wanted"), [(1, 2048), (2048, 2048), (4225, 2048), (66049, 2048)])
def test_places_are_spread_over_all_and_not_aligned_with_even_rows(count: int, wanted: int) -> None:
    places = spread(count, wanted)
    step = places[1] - places[0] if len(places) > 1 else 1
    assert step % 2 == 1
    assert min(count, wanted) / 2 <= len(places) <= 2 * wanted
    assert places[0] == 0
    assert count - step <= places[-1] < count
