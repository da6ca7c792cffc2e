from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import tensorflow as tf
from deeplabs import Deeplab, renamed
from stylizers import Stylizer
from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.graphs.find import find
from litemill.graphs.flow import Flow
from litemill.graphs.graph import Cuts, SourceGraph
from litemill.graphs.proof_images import made_up, proven
from litemill.graphs.prove import Proof
from litemill.ground.errors import GraphError
from litemill.settings.catalog import Crop
from litemill.tasks.images import Pixels

tf1 = tf.compat.v1
Pictures = dict[str, Pixels]
RELEASED = {
    "picture": "ImageTensor",
    "image": "sub_7",
    "logits": "ResizeBilinear_2",
    "resized_logits": "ResizeBilinear_3",
    "labels": "SemanticPredictions",
}


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    return made_up()


def crop_of(found: Cuts) -> Crop:
    assert found.crop is not None
    return found.crop


def errors(proof: Proof) -> dict[str, float]:
    figures = msgspec.to_builtins(proof)
    return {name: value for name, value in figures.items() if name.endswith("error") and value is not None}


def found_and_proven(graph: GraphDef, pictures: Pictures) -> Cuts:
    found, proof = proven(SourceGraph(graph), pictures)
    if found.task == "segmentation":
        assert proof.label_agreement == 1.0
        assert errors(proof)["image_max_error"] < 1e-6 * max(1, abs(crop_of(found).scale) * 255)
    return found


@pytest.mark.parametrize("way", [{}, {"decoder": True}, {"fake_quant": True}], ids=str)
def test_the_test_graphs_have_something_to_agree_on(way: dict[str, Any], pictures: Pictures) -> None:
    whole = SourceGraph(Deeplab(**way).graph())
    for pixels in pictures.values():
        assert len(np.unique(whole.run({"ImageTensor": pixels[None]}, ("SemanticPredictions",))[0])) > 2


def test_a_released_graph_is_cut_where_the_catalogue_says(pictures: Pictures) -> None:
    found = found_and_proven(Deeplab().graph(), pictures)
    assert found.cut == RELEASED
    assert found.crop == Crop((65, 65))


@pytest.mark.parametrize("shapes", [True, False])
@pytest.mark.parametrize("seed", [0, 1])
def test_names_changed_at_random_make_no_difference(*, seed: int, shapes: bool, pictures: Pictures) -> None:
    graph, names = renamed(Deeplab(decoder=True, extra_outputs=True).graph(shapes=shapes), seed)
    found = found_and_proven(graph, pictures)
    assert found.cut == {role: names[name] for role, name in RELEASED.items()}


def test_the_order_of_the_nodes_makes_no_difference(pictures: Pictures) -> None:
    graph = Deeplab().graph(shapes=False)
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes[index] for index in np.random.default_rng(0).permutation(len(nodes)))
    assert found_and_proven(graph, pictures).cut == RELEASED


@pytest.mark.parametrize(
    "way",
    [
        {"decoder": True},
        {"fake_quant": True},
        {"fake_quant": True, "decoder": True},
        {"own_padding": True},
        {"asserts": True},
        {"extra_outputs": True},
        {"softmax": True},
    ],
    ids=str,
)
def test_what_the_network_is_of_makes_no_difference(way: dict[str, Any], pictures: Pictures) -> None:
    found = found_and_proven(Deeplab(**way).graph(shapes=False), pictures)
    assert found.cut == RELEASED
    assert found.crop == Crop((65, 65))


def test_a_resize_in_a_branch_is_understood(pictures: Pictures) -> None:
    tf1.disable_control_flow_v2()
    try:
        graph = Deeplab(branches=True).graph(shapes=False)
    finally:
        tf1.enable_control_flow_v2()
    assert "Merge" in {node.op for node in graph.node}
    assert found_and_proven(graph, pictures).cut == RELEASED


def test_labels_of_quantized_logits_are_cut_behind_the_quantization(pictures: Pictures) -> None:
    graph = Deeplab(fake_quant=True, quantized_end=True).graph(shapes=False)
    found = found_and_proven(graph, pictures)
    assert found.cut["logits"] == found.cut["resized_logits"]
    assert SourceGraph(graph).flow.op(found.cut["logits"]).startswith("FakeQuant")


@pytest.mark.parametrize(
    "way",
    [
        {"crop": (65, 129)},
        {"crop": (129, 65)},
        {"pad_value": 100.0},
        {"pad_value": 0.0},
        {"scale": 1 / 255, "offset": 0.0},
        {"scale": 1.0, "offset": -127.5},
        {"scale": 0.0171, "offset": -2.1},
        {"fit": "fit"},
        {"fit": "stretch"},
        {"fit": "none"},
        {"corners": "left"},
        {"corners": "half_pixel"},
        {"logits_corners": "half_pixel"},
        {"logits_corners": "left"},
        {"labels_corners": "half_pixel"},
        {"labels_corners": "left"},
        {"crop": (65, 129), "fit": "fit", "corners": "half_pixel", "logits_corners": "left"},
    ],
    ids=str,
)
def test_what_lies_outside_is_understood(way: dict[str, Any], pictures: Pictures) -> None:
    found = found_and_proven(Deeplab(**way).graph(shapes=False), pictures)
    known = {"size": way.get("crop", (65, 65)), "divisor": 1 / way.get("scale", 2 / 255)}
    expected = Crop(**known, **{name: value for name, value in way.items() if name not in ("crop", "scale")})
    for name in expected.__struct_fields__:
        value = getattr(expected, name)
        assert getattr(found.crop, name) == (pytest.approx(value, rel=1e-5) if isinstance(value, float) else value), (
            name
        )


def test_a_scaled_cityscapes_crop_takes_wide_and_tall_pictures(pictures: Pictures) -> None:
    found = found_and_proven(Deeplab(crop=(129, 257)).graph(shapes=False), pictures)
    assert found.crop == Crop((129, 257))


@pytest.mark.build
def test_a_cityscapes_crop_in_real_size(pictures: Pictures) -> None:
    graph, names = renamed(Deeplab(crop=(1025, 2049), decoder=True).graph(shapes=False))
    found = found_and_proven(graph, pictures)
    assert found.crop == Crop((1025, 2049))
    assert found.cut["image"] == names["sub_7"]


@pytest.mark.parametrize(
    ("ending", "cut"),
    [
        ("logits", {"logits": "ResizeBilinear_2"}),
        ("resized_logits", {"logits": "ResizeBilinear_2", "resized_logits": "ResizeBilinear_3"}),
        ("argmax", {"logits": "ResizeBilinear_2", "resized_logits": "ResizeBilinear_3", "labels": "ArgMax"}),
        ("sliced", {"logits": "ResizeBilinear_2", "resized_logits": "ResizeBilinear_3", "labels": "Slice"}),
    ],
)
def test_a_graph_may_end_anywhere_behind_its_network(ending: str, cut: dict[str, str], pictures: Pictures) -> None:
    found = found_and_proven(Deeplab(ending=ending).graph(shapes=False), pictures)
    assert {role: node for role, node in found.cut.items() if role not in ("picture", "image")} == cut


def test_a_graph_may_take_pictures_of_one_size_alone(pictures: Pictures) -> None:
    found = found_and_proven(Deeplab(size=(60, 50)).graph(), pictures)
    assert found.cut == RELEASED


def test_a_graph_may_take_what_enters_its_network(pictures: Pictures) -> None:
    with tf.Graph().as_default() as graph:
        way = Deeplab()
        way.random = np.random.default_rng(10)
        image = tf1.placeholder(tf.float32, [1, 65, 65, 3], name="image")
        tf.argmax(way.network(image), 3)
        found = found_and_proven(graph.as_graph_def(), pictures)
    assert found.cut["image"] == "image"
    assert (crop_of(found).scale, crop_of(found).offset) == (1.0, 0.0)


def test_channels_in_another_order_are_refused_with_the_candidates() -> None:
    with pytest.raises(GraphError, match=r"red, green and blue") as error:
        find(SourceGraph(Deeplab(reverse=True).graph()))
    assert "sub_7" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_graph_without_a_network_is_refused() -> None:
    with tf.Graph().as_default() as graph:
        tf.identity(tf1.placeholder(tf.uint8, [1, None, None, 3]) * 2)
        with pytest.raises(GraphError, match="no picture enters"):
            find(SourceGraph(graph.as_graph_def()))


def test_a_pinned_cut_is_kept(pictures: Pictures) -> None:
    whole = SourceGraph(Deeplab().graph())
    pins = {"image": whole.flow.inputs["sub_7"][0], "logits": whole.flow.inputs["ResizeBilinear_2"][0]}
    found, proof = proven(whole, pictures, pins)
    assert found.cut == RELEASED | pins
    assert (crop_of(found).scale, crop_of(found).offset, proof.label_agreement) == (2 / 255, 0.0, 1.0)


def test_a_wrong_pin_is_refused_with_the_candidates(pictures: Pictures) -> None:
    whole = SourceGraph(Deeplab().graph())
    wrong = next(
        name for name in whole.flow.narrows("ImageTensor", "SemanticPredictions") if whole.flow.op(name) == "Conv2D"
    )
    with pytest.raises(GraphError, match=r"candidates: .*is no image"):
        find(whole, {"image": wrong})
    with pytest.raises(GraphError, match=r"can't be proven.*logits ResizeBilinear_2"):
        proven(whole, pictures, {"logits": wrong})


def test_a_pinned_node_that_is_not_there_is_refused() -> None:
    with pytest.raises(GraphError, match="no node 'sub_8'"):
        find(SourceGraph(Deeplab().graph()), {"image": "sub_8"})


def test_a_missing_input_is_told_by_name() -> None:
    graph = Deeplab().graph()
    kept = [node for node in graph.node if node.name != "ResizeBilinear_2"]
    del graph.node[:]
    graph.node.extend(kept)
    with pytest.raises(GraphError, match="'ResizeBilinear_2' is used by"):
        SourceGraph(graph)


def test_a_name_given_twice_is_refused() -> None:
    graph = Deeplab().graph()
    graph.node.add().CopyFrom(graph.node[3])
    with pytest.raises(GraphError, match="given twice"):
        SourceGraph(graph)


def test_narrows_of_a_diamond_are_its_ends() -> None:
    graph = GraphDef()
    for name, inputs in {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c:1", "^a"], "e": ["d"]}.items():
        graph.node.add(name=name, op="Any", input=inputs)
    assert Flow(graph).narrows("a", "e") == ["a", "d", "e"]


def test_a_shape_is_no_way_for_values() -> None:
    graph = GraphDef()
    for name, op, inputs in [("a", "P", []), ("s", "Shape", ["a"]), ("b", "X", ["a"]), ("c", "X", ["b", "s"])]:
        graph.node.add(name=name, op=op, input=inputs)
    assert Flow(graph).narrows("a", "c") == ["a", "b", "c"]


@pytest.mark.parametrize("kind", ["tf2", "tf1"])
def test_a_stylization_is_cut_at_its_bottleneck(kind: str, tmp_path: Path, pictures: Pictures) -> None:
    graph = Stylizer(tmp_path / "whole").whole(kind)
    found, proof = proven(SourceGraph(graph), pictures)
    assert (found.task, found.part) == ("stylization", None)
    bottleneck = next(node for node in graph.node if node.name == found.cut["bottleneck"])
    assert bottleneck.op == "BiasAdd"
    assert SourceGraph(graph).flow.nodes[found.cut["style"]].op == "Placeholder"
    assert "style" in found.cut["style"]
    assert "content" in found.cut["content"]
    assert set(errors(proof)) == {"bottleneck_max_error", "stylized_max_error"}
    assert max(errors(proof).values()) < 1e-5


def test_a_stylization_with_random_names_is_cut_there_too(tmp_path: Path, pictures: Pictures) -> None:
    graph = Stylizer(tmp_path / "whole").whole("tf2")
    cut = find(SourceGraph(graph)).cut
    other, names = renamed(graph)
    assert proven(SourceGraph(other), pictures)[0].cut == {role: names[name] for role, name in cut.items()}


@pytest.mark.parametrize("kind", ["tf2", "tf1"])
def test_predict_and_transfer_are_cut_one_by_one(kind: str, tmp_path: Path, pictures: Pictures) -> None:
    stylizer = Stylizer(tmp_path)
    predict, _ = proven(SourceGraph(stylizer.predict(kind)), pictures)
    transfer, _ = proven(SourceGraph(stylizer.transfer(kind)), pictures)
    assert (predict.part, set(predict.cut)) == ("predict", {"style", "bottleneck"})
    assert (transfer.part, set(transfer.cut)) == ("transfer", {"content", "bottleneck", "stylized"})
