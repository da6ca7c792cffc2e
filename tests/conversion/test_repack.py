"""TFLite files in fewer bytes: the official ones, and what they are refused for."""

import io
import zipfile
from pathlib import Path

import needs
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from small_networks import SAMPLES, buffer_starts, file, model, names

from litemill.conversion import tflite
from litemill.ground import npz, project
from litemill.ground.errors import ConversionError
from litemill.runtime import Model
from litemill.settings.recipe import OpRule, Recipe

LITE_MODELS = Path(__file__).parents[2] / "data/embedded/lite-models"
MAGENTA = "google/lite-model/magenta/arbitrary-image-stylization-v1-256"
OFFICIAL = [
    "tensorflow/lite-model/deeplabv3/1/metadata/2.tflite",
    f"{MAGENTA}/int8/prediction/1.tflite",
    f"{MAGENTA}/int8/transfer/1.tflite",
    f"{MAGENTA}/fp16/transfer/1.tflite",
]
RECIPES = {
    "fp32": Recipe("none"),
    "fp16": Recipe("fp16"),
    "fp16_exact": Recipe("fp16_exact"),
    "dynamic": Recipe("dynamic"),
    "per_op": Recipe("per_op", ops=(OpRule("*", "dynamic"), OpRule("*", "weight_only", "middle"))),
    "int8": Recipe("int8", 4),
}


def flatbuffer(name: str) -> bytes:
    """Return an official file without what is zipped to its end."""
    data = (LITE_MODELS / name).read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return data[: min([archive.start_dir, *(one.header_offset for one in archive.infolist())])]


def outputs(data: bytes, seed: int = 0) -> list[bytes]:
    """Run a file on noise and give the bits of its outputs."""
    interpreter = Interpreter(model_content=data)
    interpreter.allocate_tensors()
    random = np.random.default_rng(seed)
    for one in interpreter.get_input_details():
        interpreter.set_tensor(one["index"], random.random(one["shape"]).astype(one["dtype"]))
    interpreter.invoke()
    return [interpreter.get_tensor(one["index"]).tobytes() for one in interpreter.get_output_details()]


def partitions(data: bytes) -> int:
    interpreter = Interpreter(model_content=data)
    interpreter.allocate_tensors()
    return [op["op_name"] for op in interpreter._get_ops_details()].count("DELEGATE")


@pytest.fixture(scope="module", params=OFFICIAL)
def official(request: pytest.FixtureRequest) -> tuple[bytes, bytes]:
    """Return an official file and the same repacked."""
    data = flatbuffer(request.param)
    return data, tflite.repacked(data)


def test_an_official_file_is_smaller_and_computes_the_same_bits(official: tuple[bytes, bytes]) -> None:
    data, packed = official
    assert len(packed) < len(data)
    assert outputs(packed) == outputs(data)
    assert outputs(packed) != outputs(data, seed=1)


def test_xnnpack_takes_as_much_of_it(official: tuple[bytes, bytes]) -> None:
    assert partitions(official[1]) == partitions(official[0])


def test_inputs_outputs_signatures_and_metadata_stay(official: tuple[bytes, bytes]) -> None:
    data, packed = official
    before, after = (Interpreter(model_content=one) for one in official)
    for one, other in (
        (before.get_input_details(), after.get_input_details()),
        (before.get_output_details(), after.get_output_details()),
    ):
        assert [tensor["name"] for tensor in one] == [tensor["name"] for tensor in other]
        assert [tensor["quantization"] for tensor in one] == [tensor["quantization"] for tensor in other]
    assert before.get_signature_list() == after.get_signature_list()
    assert metadata(packed) == metadata(data) != {}


def metadata(data: bytes) -> dict[str, bytes]:
    read = model(data)
    return {one.name.decode(): bytes(read.buffers[one.buffer].data) for one in read.metadata}


def test_names_of_inner_tensors_are_dropped(official: tuple[bytes, bytes]) -> None:
    (graph,) = model(official[1]).subgraphs
    named = {index for index, tensor in enumerate(graph.tensors) if tensor.name}
    assert named == {*graph.inputs, *graph.outputs}


def test_weights_are_aligned_to_16_bytes(official: tuple[bytes, bytes]) -> None:
    starts = buffer_starts(official[1])
    assert len(starts) > 20
    assert {start % 16 for start in starts} == {0}


def test_a_repacked_file_repacked_is_itself(official: tuple[bytes, bytes]) -> None:
    assert tflite.repacked(official[1]) == official[1]


def test_a_file_with_files_zipped_to_its_end_is_refused() -> None:
    with pytest.raises(ConversionError, match=r"expected one flatbuffer, got files zipped .* -> add them afterwards"):
        tflite.repacked((LITE_MODELS / OFFICIAL[0]).read_bytes())


@pytest.mark.parametrize("data", [b"", b"\0\0\0\0TFL3" + b"\0" * 99, b"PK\3\4" * 9, b"<!doctype html>"])
def test_what_is_no_tflite_file_is_refused(data: bytes) -> None:
    with pytest.raises(ConversionError, match=r"the file is none of TFLite, or is damaged: got .* -> convert it"):
        tflite.repacked(data)


def test_damaged_files_are_refused_or_read_never_a_bug() -> None:
    data, random, refused = flatbuffer(OFFICIAL[2]), np.random.default_rng(0), 0
    for _ in range(30):
        damaged = bytearray(data)
        for place in random.integers(8, len(data), 40):
            damaged[place] = random.integers(256)
        try:
            tflite.repacked(bytes(damaged[: random.integers(8, 2 * len(data))]))
        except ConversionError:
            refused += 1
    assert refused > 20


def test_a_file_with_options_behind_its_flatbuffer_is_refused() -> None:
    read = model(flatbuffer(OFFICIAL[2]))
    read.subgraphs[0].operators[0].largeCustomOptionsOffset = 8
    read.subgraphs[0].operators[0].largeCustomOptionsSize = 8
    with pytest.raises(ConversionError, match="got parts in other files or behind its flatbuffer"):
        tflite.repacked(tflite.write(read))


def test_a_constant_without_values_stays_one() -> None:
    read = model(flatbuffer(OFFICIAL[2]))
    read.buffers.append(schema.BufferT(np.empty(0, np.uint8)))
    read.subgraphs[0].tensors.append(
        schema.TensorT(np.array([0], np.int32), schema.TensorType.INT32, len(read.buffers) - 1, b"none")
    )
    packed = model(tflite.repacked(tflite.write(read)))
    assert packed.buffers[packed.subgraphs[0].tensors[-1].buffer].data is not None


@pytest.mark.build
def test_mediapipe_finds_the_same_labels_and_the_same_mask_in_it() -> None:
    mediapipe = pytest.importorskip("mediapipe", exc_type=ImportError)
    vision = pytest.importorskip("mediapipe.tasks.python.vision", exc_type=ImportError)
    data = (LITE_MODELS / OFFICIAL[0]).read_bytes()
    packed = io.BytesIO(tflite.repacked(flatbuffer(OFFICIAL[0])))
    with zipfile.ZipFile(io.BytesIO(data)) as theirs, zipfile.ZipFile(packed, "a") as ours:
        for name in theirs.namelist():
            ours.writestr(name, theirs.read(name))
    picture = mediapipe.Image.create_from_file(str(LITE_MODELS.parents[1] / "images/segmentation/bird.png"))
    masks, labels = [], []
    for file_of in (data, packed.getvalue()):
        base = mediapipe.tasks.BaseOptions(model_asset_buffer=file_of)
        options = vision.ImageSegmenterOptions(base_options=base, output_category_mask=True)
        with vision.ImageSegmenter.create_from_options(options) as segmenter:
            masks.append(np.array(segmenter.segment(picture).category_mask.numpy_view()))
            labels.append(segmenter.labels)
    assert labels[0] == labels[1]
    assert labels[0][3] == "bird"
    np.testing.assert_array_equal(masks[0], masks[1])
    assert np.mean(masks[0] == 3) > 0.1


@pytest.mark.build
@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_each_recipe_repacked_is_the_same_network_in_fewer_bytes(recipe: Recipe) -> None:
    data = file(recipe)
    packed = tflite.repacked(data)
    assert len(packed) < len(data)
    assert set(names(packed)) < {*names(data), ""}
    assert {start % 16 for start in buffer_starts(packed)} == {0}
    assert tflite.repacked(data) == packed
    for image in SAMPLES["image"]:
        tflite.require_same(data, packed, {"image": image})


@pytest.mark.build
def test_a_file_that_computes_something_else_is_told() -> None:
    with pytest.raises(ConversionError, match="the repacked file computes something else"):
        tflite.require_same(file(RECIPES["fp32"]), file(RECIPES["dynamic"]), {"image": SAMPLES["image"][0]})


@pytest.mark.build
@pytest.mark.parametrize(("network", "recipe"), [("deeplab_dm05_pascal", "int8"), ("magenta_transfer", "mixed")])
def test_files_of_the_build_are_repacked(network: str, recipe: str) -> None:
    path = needs.built(project.artifact(network, recipe))
    data = path.read_bytes()
    assert tflite.repacked(data) == data
    samples = npz.read(project.samples(network, "calibration"))
    roles = [tensor.role for tensor in Model(path).inputs]
    tflite.require_same(data, tflite.repacked(data), {role: samples[role][0] for role in roles})
