from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
from deeplabs import Deeplab, renamed
from msgspec.structs import replace
from stylizers import Stylizer

from litemill.graphs.find import find
from litemill.graphs.graph import Cuts, SourceGraph
from litemill.graphs.proof_images import completed, made_up, pictures_in, proven, sized
from litemill.graphs.prove import prove
from litemill.ground.errors import GraphError
from litemill.settings.catalog import Crop, Entry
from litemill.tasks import images as io
from litemill.tasks.images import Pixels

Pictures = dict[str, Pixels]


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    return made_up()


@pytest.fixture(scope="module")
def whole() -> SourceGraph:
    return SourceGraph(Deeplab().graph())


@pytest.fixture(scope="module")
def found(whole: SourceGraph) -> Cuts:
    return find(whole)


def test_a_released_graph_is_proven_to_the_last_bit_but_one(
    whole: SourceGraph, found: Cuts, pictures: Pictures
) -> None:
    proof = prove(whole, found, sized(pictures, Crop((65, 65))))
    assert proof.pictures == 2
    assert proof.image_max_error is not None
    assert proof.image_max_error < 1e-6
    assert proof.logits_max_error is not None
    assert proof.logits_max_error < 1e-4
    assert proof.label_agreement == 1.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"pad_value": 0.0},
        {"divisor": 255.0},
        {"offset": 0.0},
        {"size": (65, 67)},
        {"fit": "fit"},
        {"fit": "stretch"},
        {"corners": "left"},
        {"corners": "half_pixel"},
        {"logits_corners": "half_pixel"},
    ],
    ids=str,
)
def test_what_is_taken_wrongly_is_not_proven(
    wrong: dict[str, Any], whole: SourceGraph, found: Cuts, pictures: Pictures
) -> None:
    crop = found.crop
    assert crop is not None
    with pytest.raises(GraphError, match=r"can't be proven.*candidates: .*sub_7|does not fit|can't be run"):
        prove(whole, replace(found, crop=replace(crop, **wrong)), sized(pictures, crop))


def test_labels_spread_in_another_way_are_not_proven(whole: SourceGraph, found: Cuts, pictures: Pictures) -> None:
    crop = found.crop
    assert crop is not None
    with pytest.raises(GraphError, match=r"label agreement 0\.\d+"):
        prove(whole, replace(found, crop=replace(crop, labels_corners="left")), pictures)


def test_a_cut_behind_which_something_happens_is_not_proven(
    whole: SourceGraph, found: Cuts, pictures: Pictures
) -> None:
    wrong = replace(found, cut=found.cut | {"logits": "BiasAdd"})
    with pytest.raises(GraphError, match=r"can't be proven.*largest error"):
        prove(whole, wrong, pictures)


def test_another_bottleneck_is_not_proven(tmp_path: Path, pictures: Pictures) -> None:
    whole = SourceGraph(Stylizer(tmp_path).whole("tf2"))
    found = find(whole)
    other = next(name for name in found.candidates if whole.flow.op(name) == "Mean")
    nothing = replace(found, cut=found.cut | {"bottleneck": found.cut["stylized"]})
    assert prove(whole, replace(found, cut=found.cut | {"bottleneck": other}), pictures).stylized_max_error == 0
    with pytest.raises(GraphError):
        prove(whole, nothing, pictures)


def test_no_pictures_prove_nothing(whole: SourceGraph, found: Cuts) -> None:
    with pytest.raises(GraphError, match="no pictures"):
        prove(whole, found, {})


def test_the_widest_and_the_tallest_picture_are_taken(tmp_path: Path) -> None:
    for name, (height, width) in {"a": (30, 40), "b": (20, 60), "deep/c": (50, 20)}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        io.write(tmp_path / f"{name}.png", next(iter(made_up().values()))[:height, :width])
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    assert {name: one.shape for name, one in pictures_in(tmp_path).items()} == {
        "b.png": (20, 60, 3),
        "deep/c.png": (50, 20, 3),
    }


def test_pictures_are_made_up_where_there_are_none(tmp_path: Path) -> None:
    made = pictures_in(tmp_path)
    assert [one.shape for one in made.values()] == [(360, 640, 3), (326, 256, 3)]
    assert all((made[name] == one).all() for name, one in made_up().items())


def entry(**fields: Any) -> Entry:
    return Entry("frozen_graph", "http://example.org/x.tar.gz", "x.tar.gz", "Apache-2.0", "segmentation", **fields)


def test_an_entry_without_a_cut_is_completed(tmp_path: Path) -> None:
    graph, names = renamed(Deeplab().graph(shapes=False))
    full, proof = completed(entry(labels="x.txt"), graph, tmp_path)
    assert (full.cut["image"], full.crop, full.labels) == (names["sub_7"], Crop((65, 65)), "x.txt")
    assert proof.label_agreement == 1.0


def test_an_entry_whose_crop_is_not_the_graphs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match=r"crop .* is not the graph's"):
        completed(entry(crop=Crop((65, 65), pad_value=0.0)), Deeplab().graph(), tmp_path)


def test_one_picture_of_a_size_proves_a_graph_of_that_size(pictures: Pictures) -> None:
    with tf.Graph().as_default():
        graph = Deeplab(size=(90, 70)).graph()
    assert proven(SourceGraph(graph), pictures)[1].label_agreement == 1.0
