"""Which pictures become which inputs."""

from pathlib import Path

import numpy as np
import pytest

from litemill.ground import project
from litemill.ground.errors import PictureError, SettingsError
from litemill.settings.catalog import Crop, Entry
from litemill.settings.images import Images, Pictures
from litemill.settings.network import Network
from litemill.tasks import images as picture_files
from litemill.tasks import sample_names
from litemill.tasks.registry import task_of
from litemill.tasks.stylization.arrays import prepared

IMAGES = Images(
    Pictures(("s1.png", "s2.png"), ("s3.png",)),
    Pictures(("c1.png", "c2.png", "c3.png"), ("c4.png", "c5.png")),
    Pictures(("p1.png", "p2.png"), ("p3.png", "p4.png")),
)
SEGMENTATION = Network("deeplab", (9, 9))
PREDICT = Network("magenta", (16, 16), part="predict")
TRANSFER = Network("magenta", (12, 12), part="transfer")
ENTRY = Entry("frozen_graph", "u", "m", "Apache-2.0", "segmentation", crop=Crop((9, 9)))


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(0)
    for images in (IMAGES.segmentation, IMAGES.content, IMAGES.style):
        for name in images.calibration + images.evaluation:
            picture_files.write(project.IMAGES / name, random.integers(0, 256, (20, 14, 3), np.uint8))


def test_each_network_takes_the_pictures_of_its_task() -> None:
    assert task_of(SEGMENTATION).samples(IMAGES, "calibration") == ("s1.png", "s2.png")
    assert task_of(SEGMENTATION).samples(IMAGES, "evaluation") == ("s3.png",)
    assert task_of(PREDICT).samples(IMAGES, "evaluation") == ("p3.png", "p4.png")


def test_every_evaluation_content_is_judged_with_several_styles() -> None:
    names = ("c4.png + p3.png", "c5.png + p4.png", "c4.png + p4.png", "c5.png + p3.png")
    assert task_of(TRANSFER).samples(IMAGES, "evaluation") == names


@pytest.mark.parametrize("network", [SEGMENTATION, PREDICT, TRANSFER])
def test_what_calibrates_is_never_what_judges(network: Network) -> None:
    sets = [
        {picture for name in task_of(network).samples(IMAGES, kind) for picture in name.split(" + ")}
        for kind in sample_names.KINDS
    ]
    assert all(sets)
    assert not sets[0] & sets[1]


def test_transfer_is_calibrated_with_every_content_and_every_style() -> None:
    names = task_of(TRANSFER).samples(IMAGES, "calibration")
    assert {name.split(" + ")[0] for name in names} == set(IMAGES.content.calibration)
    assert {name.split(" + ")[1] for name in names} == set(IMAGES.style.calibration)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("contents", "styles"), [(1, 1), (1, 2), (2, 3), (4, 5), (6, 5), (4, 3), (1, 8), (7, 2)])
def test_no_content_and_no_style_is_left_out_whatever_their_numbers(contents: int, styles: int) -> None:
    content, style = (tuple(f"{kind}{n}.png" for n in range(count)) for kind, count in (("c", contents), ("s", styles)))
    images = Images(IMAGES.segmentation, Pictures(content, ("x.png",)), Pictures(style, ("y.png",)))
    pairs = [name.split(" + ") for name in task_of(TRANSFER).samples(images, "calibration")]
    assert {one for one, _ in pairs} == set(content)
    assert {other for _, other in pairs} == set(style)


@pytest.mark.parametrize(
    ("network", "shapes"),
    [
        (SEGMENTATION, {"image": (1, 9, 9, 3)}),
        (PREDICT, {"style": (2, 16, 16, 3)}),
        (TRANSFER, {"content": (4, 12, 12, 3), "style": (4, 256, 256, 3)}),
    ],
)
def test_inputs_are_float_arrays_by_role(network: Network, shapes: dict[str, tuple[int, ...]]) -> None:
    arrays = task_of(network).arrays.collect(network, ENTRY, task_of(network).samples(IMAGES, "evaluation"))
    assert {name: array.shape for name, array in arrays.items()} == shapes
    assert {array.dtype for array in arrays.values()} == {np.dtype(np.float32)}


def test_the_inputs_of_a_pair_are_of_its_two_pictures() -> None:
    arrays = task_of(TRANSFER).arrays.collect(TRANSFER, ENTRY, ("c4.png + p3.png", "c5.png + p3.png"))
    np.testing.assert_array_equal(arrays["style"][0], arrays["style"][1])
    np.testing.assert_array_equal(arrays["content"][1], prepared("c5.png", (12, 12)))


def test_a_missing_picture_is_named() -> None:
    (project.IMAGES / "p3.png").unlink()
    with pytest.raises(PictureError, match=r"data/images/p3\.png: no such picture"):
        task_of(PREDICT).arrays.collect(PREDICT, ENTRY, ("p3.png",))


def test_a_segmentation_source_without_a_crop_is_refused() -> None:
    entry = Entry("frozen_graph", "u", "m", "Apache-2.0", "segmentation")
    with pytest.raises(SettingsError, match="without a crop"):
        task_of(SEGMENTATION).arrays.collect(SEGMENTATION, entry, ("s3.png",))
