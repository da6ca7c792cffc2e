"""TFLite files held against an original: official files in data/embedded stand for both."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from litemill.ground import project
from litemill.ground.errors import RecordError, SettingsError
from litemill.ground.npz import Arrays
from litemill.runtime import Model
from litemill.settings.catalog import Crop, Entry
from litemill.settings.network import Network
from litemill.tasks import images, judge
from litemill.tasks.case import Case
from litemill.tasks.images import Pixels
from litemill.tasks.metrics import MAX_PSNR_DB, summary
from litemill.tasks.registry import task_of
from litemill.tasks.segmentation import pixels as segmentation

EMBEDDED = Path(__file__).parents[2] / "data/embedded/lite-models"
DEEPLAB = EMBEDDED / "tensorflow/lite-model/deeplabv3/1/metadata/2.tflite"
MAGENTA = EMBEDDED / "google/lite-model/magenta/arbitrary-image-stylization-v1-256"
CROP = Crop((257, 257))
NAMES = ("a.png", "b.png")
CLASSES = tuple(f"class {number}" for number in range(21))


@pytest.fixture
def deeplab() -> Model:
    return Model(DEEPLAB, 2, ("image",))


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deeplab: Model) -> Case:
    """Two pictures of which the original says what the file does."""
    monkeypatch.chdir(tmp_path)
    bird = images.read(Path(__file__).parents[2] / "data/images/segmentation/bird.png")
    images.write(project.IMAGES / "a.png", images.resize(bird, 200, 300))
    images.write(project.IMAGES / "b.png", images.resize(bird, 400, 250))
    entry = Entry("frozen_graph", "u", "m", "Apache-2.0", "segmentation", labels="names.txt", crop=CROP)
    network = Network("deeplab", (257, 257))
    inputs = task_of(network).arrays.collect(network, entry, NAMES)
    logits = np.stack([deeplab.run({"image": image}) for image in inputs["image"]])
    reference = {
        f"labels_{index:03}": segmentation.labels(
            logits[index], (257, 257), images.read(project.IMAGES / name).shape[:2]
        )
        for index, name in enumerate(NAMES)
    }
    return Case(network, entry, {}, NAMES, inputs, reference | {"logits": logits}, CLASSES)


def original(case: Case) -> dict[str, float]:
    """Return the original's own IoU with the ground truth by class."""
    return task_of(case.settings).arrays.truth(case)


def truth(case: Case, labels: Pixels) -> Case:
    """Return the first picture a ground truth."""
    Image.fromarray(labels).save(project.IMAGES / "truth.png")
    return msgspec.structs.replace(case, truth={"a.png": "truth.png"})


def test_the_original_itself_is_judged_without_an_error(deeplab: Model, case: Case) -> None:
    found = judge.judge(deeplab, case)
    assert found.metrics == {
        "label_agreement": 1, "mean_iou": 1, "logits_rms": 0, "logits_max_error": 0, "logits_psnr_db": MAX_PSNR_DB,
    }  # fmt: skip
    assert found.pictures == {name: {"label_agreement": 1, "mean_iou": 1} for name in NAMES}
    assert found.class_iou == {}
    assert original(case) == {}


def test_labels_that_differ_are_counted_a_picture(deeplab: Model, case: Case) -> None:
    other = case.reference["labels_001"].copy()
    other[:200] = 7  # half of its rows
    changed = msgspec.structs.replace(case, reference=case.reference | {"labels_001": other})
    found = judge.judge(deeplab, changed)
    assert found.pictures["a.png"]["label_agreement"] == 1
    assert found.pictures["b.png"]["label_agreement"] == 0.5
    assert found.metrics["label_agreement"] == 0.75


def test_a_file_of_another_size_is_fed_pictures_of_its_own(deeplab: Model, case: Case) -> None:
    network = msgspec.structs.replace(case.settings, input=(513, 513))
    larger = {"image": np.zeros((2, 513, 513, 3), np.float32)}
    logits = {"logits": np.zeros((2, 65, 65, 21), np.float32)}
    found = judge.judge(
        deeplab, msgspec.structs.replace(case, settings=network, inputs=larger, reference=case.reference | logits)
    )
    assert found.metrics == {"label_agreement": 1, "mean_iou": 1}


def test_the_pre_processing_of_the_source_counts(deeplab: Model, case: Case) -> None:
    stretched = msgspec.structs.replace(case.entry, crop=Crop((257, 257), fit="stretch"))
    inputs = task_of(case.settings).arrays.collect(case.settings, stretched, NAMES)
    whole = np.ones((2, 257, 257, 21), np.float32)
    for index, image in enumerate(inputs["image"]):
        whole[index] = deeplab.run({"image": image})
    labels = {
        f"labels_{index:03}": images.resize_nearest(
            whole[index].argmax(-1).astype(np.uint8), *case.reference[f"labels_{index:03}"].shape
        )
        for index in range(2)
    }
    changed = msgspec.structs.replace(case, entry=stretched, inputs=inputs, reference=case.reference | labels)
    assert judge.judge(deeplab, changed).metrics["label_agreement"] == 1


def test_the_ground_truth_is_judged_where_there_is_some(deeplab: Model, case: Case) -> None:
    labels = case.reference["labels_000"].astype(np.uint8)
    same = truth(case, labels)
    assert set(judge.judge(deeplab, same).class_iou.values()) == {1.0}
    assert original(same) == judge.judge(deeplab, same).class_iou
    rim = labels.copy()
    rim[:50] = 255
    assert set(original(truth(case, rim)).values()) == {1.0}


def test_a_ground_truth_of_another_size_is_refused(deeplab: Model, case: Case) -> None:
    with pytest.raises(RecordError, match=r"another size than its picture: expected \(200, 300\), got \(5, 5\)"):
        judge.judge(deeplab, truth(case, np.zeros((5, 5), np.uint8)))


def test_a_ground_truth_of_unknown_classes_is_refused(deeplab: Model, case: Case) -> None:
    labels = np.full((200, 300), 21, np.uint8)
    labels[0] = 255
    with pytest.raises(RecordError, match=r"classes that the labels do not name: expected 0 to 20, or 255 .*, got 21"):
        judge.judge(deeplab, truth(case, labels))


@pytest.mark.parametrize("names", [(), CLASSES[:20], (*CLASSES, "more")])
def test_labels_that_do_not_fit_the_network_are_refused(deeplab: Model, case: Case, names: tuple[str, ...]) -> None:
    with pytest.raises(
        SettingsError, match=rf"labels name other classes .*: expected 21 lines, got {len(names)} in names"
    ):
        judge.judge(deeplab, msgspec.structs.replace(case, class_names=names))


def test_a_predict_file_is_judged_by_its_bottlenecks() -> None:
    model = Model(MAGENTA / "int8/prediction/1.tflite", 2, ("style",))
    styles = np.random.default_rng(0).random((2, 256, 256, 3), np.float32)
    said = np.stack([model.run({"style": style}) for style in styles])
    said[1] *= 2
    entry = Entry("saved_model", "u", "m", "Apache-2.0", "stylization")
    network = Network("magenta", (256, 256), part="predict")
    found = judge.judge(model, Case(network, entry, {}, NAMES, {"style": styles}, {"bottleneck": said}))
    assert found.metrics["bottleneck_cosine"] == pytest.approx(1)
    assert found.pictures["a.png"]["bottleneck_max_error"] == 0
    assert found.metrics["bottleneck_max_error"] == pytest.approx(np.abs(said[1]).max() / 2)


def test_a_transfer_file_is_judged_by_its_pictures() -> None:
    model = Model(MAGENTA / "int8/transfer/1.tflite", 2, ("content", "bottleneck"))
    random = np.random.default_rng(0)
    inputs: Arrays = {
        "content": random.random((2, 384, 384, 3), np.float32),
        "bottleneck": random.random((2, 1, 1, 100), np.float32) - np.float32(0.5),
    }
    said = np.stack([model.run({role: array[index] for role, array in inputs.items()}) for index in range(2)])
    said[1] += np.float32(0.1)
    entry = Entry("saved_model", "u", "m", "Apache-2.0", "stylization")
    network = Network("magenta", (384, 384), part="transfer")
    found = judge.judge(model, Case(network, entry, {}, ("a + b", "a + c"), inputs, {"stylized": said}))
    assert found.pictures["a + b"] == {"psnr_db": MAX_PSNR_DB, "ssim": pytest.approx(1), "max_error": 0}
    assert found.metrics["psnr_db_min"] == pytest.approx(20, abs=1e-3)
    assert found.metrics["psnr_db"] == pytest.approx((20 + MAX_PSNR_DB) / 2, abs=1e-3)
    assert found.metrics["max_error"] == pytest.approx(0.1, abs=1e-6)


def test_a_summary_is_the_mean_and_the_worst_where_the_mean_hides_it() -> None:
    figures = [{"psnr_db": 20.0, "ssim": 0.5, "max_error": 0.2}, {"psnr_db": 40.0, "ssim": 0.7, "max_error": 0.4}]
    assert summary(figures) == {"psnr_db": 30, "psnr_db_min": 20, "ssim": 0.6, "max_error": 0.4}
