"""A network run piece by piece, against the same network run whole."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from mobile_network import INPUTS, OUTPUT, network, pictures

from litemill.conversion import converter, tflite
from litemill.conversion.refit.layer import layers
from litemill.conversion.refit.layerwise import Layerwise, Values
from litemill.settings.recipe import Recipe

pytestmark = pytest.mark.build
SAMPLES = pictures(3, 0)


@pytest.fixture(scope="module")
def data() -> bytes:
    return converter.convert(network(), INPUTS, OUTPUT, Recipe("none"), {})


@pytest.fixture
def model(data: bytes) -> schema.ModelT:
    return tflite.read(data)


def whole(data: bytes) -> Values:
    interpreter = Interpreter(model_content=data, num_threads=1)
    interpreter.allocate_tensors()
    found = []
    for picture in SAMPLES["image"]:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture[None])
        interpreter.invoke()
        found.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
    return np.stack(found)


def test_pieces_give_what_the_whole_gives(data: bytes, model: schema.ModelT) -> None:
    walk, output = Layerwise(model, SAMPLES), model.subgraphs[0].outputs[0]
    for op in model.subgraphs[0].operators:
        walk.at(op.outputs[0])
    np.testing.assert_allclose(np.stack(walk.at(output)), whole(data), atol=1e-4)


def test_one_step_gives_what_many_do(data: bytes, model: schema.ModelT) -> None:
    found = Layerwise(model, SAMPLES).at(model.subgraphs[0].outputs[0])
    np.testing.assert_allclose(np.stack(found), whole(data), atol=1e-4)


def test_weights_changed_on_the_way_count_from_there_on(model: schema.ModelT) -> None:
    walk, last = Layerwise(model, SAMPLES), layers(model, schema.TensorType.FLOAT32)[-1]
    walk.at(last.op.inputs[0])
    bias = model.buffers[last.graph.tensors[last.op.inputs[2]].buffer]
    bias.data = (np.frombuffer(bias.data, np.float32) + 1).tobytes()
    bias.data = np.frombuffer(bias.data, np.uint8)
    changed = walk.at(model.subgraphs[0].outputs[0])
    np.testing.assert_allclose(np.stack(changed), whole(tflite.write(model)), atol=1e-4)


def test_what_no_operator_will_read_again_is_let_go(model: schema.ModelT) -> None:
    graph, walk = model.subgraphs[0], Layerwise(model, SAMPLES)
    for op in graph.operators:
        walk.at(op.inputs[0])
    last = graph.operators[-1]
    assert set(walk._values) <= set(last.inputs) | set(graph.outputs)
