"""What settings, catalogue and the files at hand tell of a build ahead of all work."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image

from litemill.ground import project
from litemill.ground.errors import FaultsError
from litemill.preflight import build
from litemill.records import store
from litemill.records.base import Tensor
from litemill.records.graph import Frozen
from litemill.settings import catalog, params

ROOT = Path(__file__).parents[2]
NAME = "deeplab_dm05_pascal"
DM05 = "deeplabv3_mnv2_dm05_pascal_trainval_2018_10_01"
COPIED = ("params.yaml", "dvc.yaml", "dvc.lock", "data/catalog.yaml", "data/images", "data/labels", "pipelines")
Change = Callable[[dict[str, Any], dict[str, Any]], object]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, catalogue, pictures and labels of the repository, and its embedded sources, in a folder of its own."""
    for name in COPIED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        copy(ROOT / name, tmp_path / name)
    (tmp_path / "data/embedded").symlink_to(ROOT / "data/embedded")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def change(edit: Change) -> None:
    """Edit params.yaml and the catalogue as plain values."""
    files = [Path("params.yaml"), Path("data/catalog.yaml")]
    values = [yaml.safe_load(file.read_text()) for file in files]
    edit(*values)
    for file, value in zip(files, values, strict=True):
        file.write_text(yaml.safe_dump(value, sort_keys=False))


def found() -> list[str]:
    """Return the faults that are told, a line each."""
    with pytest.raises(FaultsError) as caught:
        build.check(params.load())
    return [str(one) for one in caught.value.each]


def plan(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "litemill", "plan", *options]
    return subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)},
                          capture_output=True, text=True, timeout=60, check=False)  # fmt: skip


def rename(old: str, new: str) -> None:
    Path("data/images", old).rename(Path("data/images", new))


@pytest.mark.usefixtures("checkout")
def test_the_repositorys_own_settings_have_no_fault() -> None:
    assert build.check(params.load()) == []


def test_each_fault_is_a_line_and_nothing_is_written(checkout: Path) -> None:
    rename("content/owl.jpg", "content/owls.jpg")
    (checkout / "data/images/style/bricks_sq.jpg").write_bytes(b"no picture")
    change(lambda given, _: given["networks"].update(another=given["networks"]["magenta_predict"]))
    before = sorted(checkout.rglob("*"))
    done = plan("--write")
    assert (done.returncode, done.stdout) == (1, "")
    missing, damaged = done.stderr.splitlines()
    assert missing == (
        "error: params.yaml: images.segmentation.calibration: data/images/content/owl.jpg: no such picture "
        "-> did you mean 'content/owls.jpg'?"
    )
    assert damaged.startswith("error: params.yaml: images.segmentation.calibration: data/images/style/bricks_sq.jpg: ")
    assert "can't be read as a picture" in damaged
    assert sorted(checkout.rglob("*")) == before


@pytest.mark.usefixtures("checkout")
def test_of_very_many_faults_the_first_are_shown() -> None:
    change(lambda given, _: given["images"]["content"].update(evaluation=[f"{number}.jpg" for number in range(30)]))
    lines = found()
    assert len(lines) == build.SHOWN + 1
    assert lines[-1] == "and 10 more -> mend these first"


@pytest.mark.usefixtures("checkout")
def test_a_picture_that_is_cut_short_is_told() -> None:
    path = Path("data/images/content/face.jpg")
    path.write_bytes(path.read_bytes()[:-2000])
    (line,) = found()
    assert "images.segmentation.evaluation: data/images/content/face.jpg: can't be read as a picture: got" in line


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda given, _: given["gallery"].append({"photo": "me.jpg", "style": "style/bricks_sq.jpg"}),
         "params.yaml: gallery: data/images/me.jpg: no such picture -> put it there"),
        (lambda given, _: given["images"]["content"]["evaluation"].append("../labels/pascal_voc.txt"),
         "images.content.evaluation: ../labels/pascal_voc.txt is not below data/images"),
        (lambda given, _: given.update(styles="data/stiles"), "styles: data/stiles: holds no picture"),
        (lambda given, _: given["recipes"]["int8"].update(calibration_samples=500),
         "recipes.int8.calibration_samples: too few pictures for networks.deeplab_dm05_pascal: expected at most 12"),
        (lambda given, _: given["budgets"].update(one={"artifact": f"{NAME}/fp32", "figure": "psnr_db", "least": 9}),
         f"budgets.one.figure: is not measured of {NAME}: expected bytes, latency_ms, p95_ms, peak_memory_mb, init_ms"),
        (lambda _, known: known["deeplabv3_mnv2_pascal_train_aug_2018_01_29"].pop("labels"),
         "data/catalog.yaml: deeplabv3_mnv2_pascal_train_aug_2018_01_29: labels is missing: expected a file with"),
        (lambda _, known: known["deeplabv3_mnv2_pascal_train_aug_2018_01_29"].update(labels="pascal.txt"),
         "labels: no file data/labels/pascal.txt -> did you mean 'pascal_voc.txt'?"),
        (lambda _, known: known["official_deeplabv3_257"].update(labels="cityscapes.txt"),
         "networks.deeplab_dm05_pascal.baselines: official_deeplabv3_257 has other classes: expected pascal_voc.txt"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("checkout")
def test_what_settings_name_and_is_not_there_is_told(edit: Change, said: str) -> None:
    change(edit)
    assert said in found()[0]


@pytest.mark.usefixtures("checkout")
def test_one_picture_under_two_names_can_not_calibrate_and_judge() -> None:
    shutil.copyfile("data/images/content/face.jpg", "data/images/content/me.jpg")
    change(lambda given, _: given["images"]["content"]["calibration"].append("content/me.jpg"))
    (line,) = found()
    assert line == (
        "params.yaml: images.content.calibration and images.content.evaluation share a picture: "
        "got content/me.jpg and content/face.jpg, the same bytes -> take one out"
    )


@pytest.mark.parametrize(
    ("truth", "said"),
    [
        (np.zeros((20, 30), np.uint8), "has another size than its picture: expected 513x513, got 30x20"),
        (np.full((513, 513), 21, np.uint8), "holds classes that deeplabv3_mnv2_dm05_pascal_trainval_2018_10_01 does"),
        (np.zeros((513, 513, 3), np.uint8), "bird_labels.png: is no label picture: expected mode L or P, got RGB"),
    ],
)
@pytest.mark.usefixtures("checkout")
def test_a_ground_truth_that_no_network_can_be_held_against_is_told(truth: np.ndarray, said: str) -> None:
    Image.fromarray(truth).save("data/images/segmentation/bird_labels.png")
    (line,) = found()
    assert line.startswith("params.yaml: images.segmentation.truth: ")
    assert said in line


def test_labels_of_another_number_than_the_network_has_are_told(checkout: Path) -> None:
    given = params.load()
    logits = Tensor("logits", "logits", (1, 65, 65, 21), "float32")
    record = Frozen("deeplab_dm05_pascal", given.networks["deeplab_dm05_pascal"], catalog.entry(DM05), "0", (), logits,
                    ops={}, parameters=1)  # fmt: skip
    store.save(project.record("freeze", "deeplab_dm05_pascal"), record)
    assert build.check(params.load()) == []
    with (checkout / "data/labels/pascal_voc.txt").open("a") as labels:
        labels.write("one more\n")
    assert "labels name other classes than the network has: expected 21 lines, got 22 in pascal_voc.txt" in found()[0]


OWN = {"kind": "frozen_graph", "mirror": "m", "licence": "MIT", "task": "segmentation", "labels": "pascal_voc.txt"}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("models/street.tar.gz", "data/catalog.yaml: street.url: no file models/street.tar.gz: expected a file's path"),
        ("www.example.org/street.tar.gz", "street.url: no file www.example.org/street.tar.gz"),
        ("https://example.org/street.tar.gz", "got url https://example.org/street.tar.gz -> set source in params"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("checkout")
def test_a_model_of_the_users_own_that_can_not_be_had_is_told_with_its_address(url: str, said: str) -> None:
    def own(given: dict[str, Any], known: dict[str, Any]) -> None:
        known["street"] = OWN | {"url": url}
        given["fetch"].append("street")

    change(own)
    (line,) = found()
    assert said in line


@pytest.mark.usefixtures("checkout")
def test_a_mirror_folder_that_is_not_there_is_told_once() -> None:
    Path("dvc.lock").unlink()
    change(lambda given, _: given.update(source="embeded"))
    (line,) = found()
    assert line.startswith("params.yaml: source: no folder 'embeded'")
    assert line.endswith("did you mean 'embedded'?")


def test_what_was_fetched_before_or_lies_in_a_remote_need_not_be_here(checkout: Path) -> None:
    (checkout / "data/embedded").unlink()
    assert build.check(params.load()) == []
    Path("dvc.lock").unlink()
    assert "no file data/embedded/" in found()[0]
    (checkout / ".dvc").mkdir()
    (checkout / ".dvc/config").write_text("['remote \"shared\"']\n    url = /somewhere\n")
    assert build.check(params.load()) == []


def test_a_recipe_that_no_network_takes_is_noted_and_no_error(checkout: Path) -> None:
    recipe = {"quantize": "int8", "calibration_samples": 12}
    change(lambda given, _: given["recipes"].update(int8_more=recipe))
    done = plan("--write")
    assert done.returncode == 0
    assert done.stderr == (
        "note: params.yaml: recipes.int8_more: no network takes it, it builds nothing "
        "-> add it to the recipes of a network, or move it to recipes_off\n"
    )
    assert (checkout / "pipelines/settings/recipes.int8_more.json").is_file()


@pytest.mark.usefixtures("checkout")
def test_a_class_of_the_gallery_that_no_network_has_is_noted() -> None:
    change(lambda given, _: given["gallery"][0].update(keep=["persn"]))
    assert build.check(params.load()) == ["params.yaml: gallery[0]: no network has 'persn' -> did you mean 'person'?"]


@pytest.mark.usefixtures("checkout")
def test_it_starts_without_numpy() -> None:
    code = "import sys; from litemill.commands.plan import plan; plan(json=True); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT)},
                          capture_output=True, text=True, timeout=60, check=True)  # fmt: skip
    assert done.stdout == "False\n"
