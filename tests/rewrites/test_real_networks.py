"""The rewrites on the networks that the build makes; skipped where it has not run."""

from pathlib import Path
from typing import Any

import needs
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from litemill.conversion.converter import convert
from litemill.graphs.load import read
from litemill.ground import npz, project
from litemill.records.base import Tensor
from litemill.rewrites.proof import prove, results
from litemill.rewrites.registry import REWRITES, apply_all
from litemill.runtime import Model
from litemill.settings.recipe import Recipe
from litemill.tasks import metrics

pytestmark = pytest.mark.build
ROLES = ("content", "bottleneck")
SHAPES = {"content": (1, 384, 384, 3), "bottleneck": (1, 1, 1, 100)}
# places in magenta_transfer
PLACES = {"style_transfer": 1, "equal_resize": 1, "normalized_bias": 13, "upsampled_conv": 2, "mirror_pad": 16}


def graph_of(network: str) -> Any:
    """Return a network's graph as it was cut."""
    graph, cut = needs.built(project.graph(network)), project.unrewritten(network)
    return read(cut if cut.is_file() else graph)


def inputs_of(network: str, count: int) -> dict[str, Any]:
    return {role: values[:count] for role, values in npz.read(project.samples(network, "evaluation")).items()}


@pytest.mark.parametrize("name", PLACES)
def test_each_rewrite_of_the_transfer_network_is_proven_on_real_pictures(name: str) -> None:
    graph = graph_of("magenta_transfer")
    rewritten, (applied,) = apply_all(graph, [name])
    assert applied.places == PLACES[name]
    inputs = inputs_of("magenta_transfer", 2)
    got, wanted = (results(one, "stylized", inputs) for one in (rewritten, graph))
    proof = prove(got, wanted, least_psnr_db=95)
    assert proof.psnr_db >= 100


def test_the_transfer_file_is_one_partition_and_true_to_the_original(tmp_path: Path) -> None:
    rewritten, _ = apply_all(graph_of("magenta_transfer"), REWRITES)
    inputs = tuple(Tensor(role, role, shape, "float32") for role, shape in SHAPES.items())
    path = tmp_path / "all.tflite"
    path.write_bytes(convert(rewritten.SerializeToString(deterministic=True), inputs, "stylized", Recipe("none"), {}))
    interpreter = Interpreter(model_path=str(path), num_threads=1)
    interpreter.allocate_tensors()
    assert [op["op_name"] for op in interpreter._get_ops_details()].count("DELEGATE") == 1
    model, samples = Model(path), inputs_of("magenta_transfer", 3)
    original = npz.read(project.reference("magenta_transfer"))["stylized"]
    psnr = [
        metrics.psnr_db(model.run({role: samples[role][index] for role in ROLES}), original[index])
        for index in range(3)
    ]
    assert np.mean(psnr) >= 100


def test_the_rewritten_network_converts_to_the_same_bytes_each_time() -> None:
    # a split that is read in part is quantized this way now, that way then
    rewritten, _ = apply_all(graph_of("magenta_transfer"), REWRITES)
    graph = rewritten.SerializeToString(deterministic=True)
    inputs = tuple(Tensor(role, role, shape, "float32") for role, shape in SHAPES.items())
    recipe = Recipe("int8", calibration_samples=1)
    samples = inputs_of("magenta_transfer", 1)
    first, second = (convert(graph, inputs, "stylized", recipe, samples) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("network", ["deeplab_dm05_pascal", "deeplab_mnv2_pascal", "magenta_predict"])
def test_networks_of_another_kind_are_no_style_transfer(network: str) -> None:
    graph = graph_of(network)
    rewritten, (applied,) = apply_all(graph, ["style_transfer"])
    assert rewritten is graph
    assert applied.note.startswith("no style-transfer network")


@pytest.mark.parametrize(
    ("network", "joined"),
    # a half as wide projects to fewer channels: as one, its convolutions would be dearer
    [("deeplab_dm05_pascal", 0), ("deeplab_mnv2_pascal", 2)],
)
def test_the_general_rewrites_of_a_segmentation_network_are_proven(network: str, joined: int) -> None:
    graph = graph_of(network)
    rewritten, applied = apply_all(graph, REWRITES)
    places = {one.name: one.places for one in applied}
    assert (places["pooled_branch"], places["whole_pool"], places["joined_convs"]) == (1, 1, joined)
    inputs = inputs_of(network, 2)
    got, wanted = (results(one, "logits", inputs) for one in (rewritten, graph))
    prove(got, wanted, least_psnr_db=100)
