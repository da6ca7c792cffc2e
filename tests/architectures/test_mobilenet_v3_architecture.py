"""DeepLab's MobileNetV3 for Cityscapes with random weights: the whole way, at the released crop of 1025x2049.

No bytes of their files are published: they are held against our own count of parameters; what is left after the weights
is names, ops and constants, the less the share the larger the network.

Published are multiply-adds, 15.95 and 4.63 G (g3doc/model_zoo.md), which fit what TensorFlow's profiler counts, two for
each. Ours are 0.54 and 0.58 G below, nearly as much for the large network as for the small one: their difference is the
published one by 0.4 %, and what is missing is common to both; we did not find what it is.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import arch_mobilenet
import pytest
import tensorflow as tf
from arch_pipeline import Network, segmentation

from litemill.graphs import safety
from litemill.graphs.cut import cut
from litemill.graphs.find import find
from litemill.graphs.graph import Cuts, SourceGraph
from litemill.graphs.network import parameters_of
from litemill.graphs.proof_images import made_up, sized
from litemill.graphs.prove import prove
from litemill.graphs.run import imported
from litemill.graphs.shapes import output_shape
from litemill.ground.errors import GraphError
from litemill.runtime import Model

pytestmark = pytest.mark.long
# the head's pool takes 25x25 of stride 32: an input of 769 is the smallest
SIZE = (769, 801)
BYTES_A_PARAMETER = {"fp32": 4, "fp16": 2, "dynamic": 1, "int8": 1}


class Case(NamedTuple):
    name: str
    build: Callable[[], Any]
    parameters: int
    archive_mib: int
    float_ops: float


CASES = (
    Case("large", arch_mobilenet.large, 1_525_000, 17, 15.95e9),
    Case("small", arch_mobilenet.small, 477_000, 5, 4.63e9),
)


class Built(NamedTuple):
    case: Case
    whole: SourceGraph
    found: Cuts
    network: Network
    folder: Path


@pytest.fixture(scope="module", params=CASES, ids=[case.name for case in CASES])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    case: Case = request.param
    graph = case.build()
    safety.check(graph)
    whole = SourceGraph(graph)
    found = find(whole)
    folder = tmp_path_factory.mktemp(case.name)
    return Built(case, whole, found, segmentation(graph, found, SIZE), folder)


def test_the_cuts_are_found_at_the_released_crop_and_proven(built: Built) -> None:
    found = built.found
    assert found.crop is not None
    assert found.crop.size == (1025, 2049)
    assert (found.cut["image"], found.cut["logits"]) == ("sub_7", "ResizeBilinear_2")
    name, picture = next(iter(sized(made_up(), found.crop).items()))
    proof = prove(built.whole, found, {name: picture})
    assert proof.label_agreement is not None
    assert proof.label_agreement >= 0.999


def test_multiply_adds_at_the_released_crop_are_the_published_ones_but_for_a_common_rest(built: Built) -> None:
    cuts = built.found.cut
    network = cut(built.whole.graph, {"image": (cuts["image"], (1, 1025, 2049, 3))}, ("logits", cuts["logits"]))
    profiler = tf.compat.v1.profiler
    options = profiler.ProfileOptionBuilder(profiler.ProfileOptionBuilder.float_operation()).with_empty_output()
    found = profiler.profile(imported(network), cmd="op", options=options.build()).total_float_ops
    print(f"mobilenet v3 {built.case.name}: {found / 1e9:.2f} G of {built.case.float_ops / 1e9:.2f} G")
    assert 0.5e9 < built.case.float_ops - found < 0.62e9


def test_another_input_size_goes_through_the_squeezes_and_the_head(built: Built) -> None:
    assert output_shape(built.network.graph, "logits") == (1, 97, 101, 19)


def test_an_input_that_is_too_small_for_the_heads_pool_is_refused(built: Built) -> None:
    network = segmentation(built.whole.graph, built.found, (513, 513))
    with pytest.raises(GraphError, match="the graph does not fit together"):
        output_shape(network.graph, "logits")


def test_the_float_file_computes_what_tensorflow_does(built: Built) -> None:
    path = built.network.converted("fp32", built.folder)
    assert built.network.error(path, built.network.expected()) < 1e-3
    ops = Model(path).ops()
    assert ops["HARD_SWISH"] > 0
    assert ops["DEPTHWISE_CONV_2D"] == sum(1 for node in built.network.graph.node if "Depthwise" in node.op)


def test_files_are_as_large_as_their_parameters(built: Built) -> None:
    count = parameters_of(built.whole.graph)
    assert count == pytest.approx(built.case.parameters, rel=0.005)
    assert 4 * count < built.case.archive_mib * 2**20
    for recipe, width in BYTES_A_PARAMETER.items():
        path = built.network.converted(recipe, built.folder)
        size = path.stat().st_size
        print(f"mobilenet v3 {built.case.name} {recipe}: {size} bytes, {size / count:.3f} a parameter")
        assert 0.95 * width < size / count < 1.5 * width
        assert Model(path).output.shape == (1, 97, 101, 19)
