"""dist/: what is in it, that it checks itself, that damage is found. Official files stand for built ones."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from report import built
from report.built import REPOSITORY

from litemill.bundle import check
from litemill.ground import io, project
from litemill.records import store
from litemill.records.recommendation import Recommended


def bundle(checkout: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "litemill", "bundle", *options],
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module")
def packed(chosen: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with its dist/, which no test changes."""
    folder = tmp_path_factory.mktemp("packed") / "checkout"
    shutil.copytree(chosen, folder)
    done = bundle(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("dist: 3 models, ")
    return folder


@pytest.fixture
def dist(packed: Path, tmp_path: Path) -> Path:
    shutil.copytree(packed, tmp_path / "own")
    return tmp_path / "own/dist"


def manifest(dist: Path) -> Any:
    return json.loads((dist / "manifest.json").read_text())


def model(dist: Path, network: str) -> Any:
    return next(one for one in manifest(dist)["models"] if one["network"] == network)


def test_every_file_is_there_and_no_other(packed: Path) -> None:
    there = {path.relative_to(packed / "dist").as_posix() for path in (packed / "dist").rglob("*") if path.is_file()}
    assert there == {
        "README.md", "check.py", "manifest.json", "labels/pascal_voc.txt", "golden/PICTURES.md",
        "cpu/birds.tflite", "cpu/painter.tflite", "cpu/eye.tflite", "styles/painter.safetensors",
        "cards/birds.md", "cards/painter.md", "cards/eye.md",
        "golden/birds/image.png", "golden/birds/image.npy", "golden/birds/cpu.npy",
        "golden/painter/content.png", "golden/painter/content.npy", "golden/painter/bottleneck.npy",
        "golden/painter/cpu.npy", "golden/eye/style.png", "golden/eye/style.npy", "golden/eye/cpu.npy",
    }  # fmt: skip


def test_a_bundle_checks_itself(packed: Path) -> None:
    done = bundle(packed, "--verify")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "dist: all files and golden vectors are as the manifest says\n"


def test_a_bundle_checks_itself_far_from_the_repository(dist: Path, tmp_path: Path) -> None:
    moved = shutil.move(dist, tmp_path / "elsewhere")
    alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-I", "check.py"],
        cwd=moved,
        env=alone,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (0, "all files and golden vectors are as the manifest says\n")
    text = (Path(moved) / "check.py").read_text()
    assert "import litemill" not in text
    assert "from litemill" not in text


def test_the_same_checkout_gives_the_same_bytes(packed: Path, dist: Path) -> None:
    before = {path.relative_to(dist): path.read_bytes() for path in dist.rglob("*") if path.is_file()}
    assert bundle(dist.parent).returncode == 0
    assert {path.relative_to(dist): path.read_bytes() for path in dist.rglob("*") if path.is_file()} == before
    assert str(packed.parents[1]).encode() not in b"".join(before.values())


def test_the_manifest_says_how_to_feed_a_file(packed: Path) -> None:
    found = model(packed / "dist", "birds")
    port = found["inputs"][0]
    assert (port["role"], port["shape"], port["dtype"]) == ("image", [1, 257, 257, 3], "float32")
    assert port["normalization"] == {"mean": 127.5, "std": 127.5}
    assert (found["licence"], found["labels"], found["recipe"]) == ("Apache-2.0", "labels/pascal_voc.txt", "fp32")
    assert found["accuracy"] == {"label_agreement": 0.95, "mean_iou": 0.876543}
    assert found["latency"][0]["median_ms"] == 123.456
    assert found["why"] == "the fastest of 2 | for now"
    content, bottleneck = sorted(model(packed / "dist", "painter")["inputs"], key=lambda one: -one["shape"][1])
    assert content["normalization"] == {"mean": 0, "std": 255}
    assert bottleneck["normalization"] is None


@pytest.mark.parametrize(("network", "role"), [("birds", "image"), ("painter", "content"), ("eye", "style")])
def test_a_golden_picture_becomes_its_input_by_the_normalization_alone(packed: Path, network: str, role: str) -> None:
    dist, found = packed / "dist", model(packed / "dist", network)
    port = next(one for one in found["inputs"] if one["role"] == role)
    pixels = np.asarray(Image.open(dist / found["golden"]["pictures"][port["name"]]), np.float32)
    value = (pixels - port["normalization"]["mean"]) / port["normalization"]["std"]
    assert np.abs(value - np.load(dist / found["golden"]["inputs"][port["name"]])[0]).max() < 1e-6


@pytest.mark.parametrize("wrong", ["channels", "scale"])
@pytest.mark.parametrize("network", ["birds", "painter", "eye"])
def test_golden_vectors_tell_a_picture_that_is_fed_wrongly(dist: Path, network: str, wrong: str) -> None:
    golden = model(dist, network)["golden"]
    for tensor in golden["pictures"]:
        path = dist / golden["inputs"][tensor]
        array = np.load(path)
        np.save(path, array[..., ::-1] if wrong == "channels" else array * 0.5)
    inputs = {tensor: np.load(dist / path) for tensor, path in golden["inputs"].items()}
    found = check.run(dist / f"cpu/{network}.tflite", inputs)
    assert np.abs(found - np.load(dist / golden["output"])).mean() > golden["mean_error"]


def test_a_style_pack_stands_for_the_predict_network(packed: Path) -> None:
    (pack,) = manifest(packed / "dist")["styles"]
    assert pack["replaced_bytes"] == 2_828_838
    assert "bricks_sq" in pack["styles"]
    assert "leaves out the 2,828,838 bytes of eye" in (packed / "dist/README.md").read_text()


def test_a_card_says_what_it_is_how_to_feed_it_and_what_it_was_judged_on(packed: Path) -> None:
    text = (packed / "dist/cards/birds.md").read_text()
    for words in (
        "which of 21 classes",
        "Apache-2.0",
        "PASCAL VOC 2012",
        "(pixel - 127.5) / 127.5",
        "content/cat_720p",
    ):
        assert words in text


DAMAGE = [
    (
        "cpu/eye.tflite",
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        "cpu/eye.tflite: has other bytes than the manifest",
    ),
    ("cpu/eye.tflite", lambda data: data[:-1], "cpu/eye.tflite: has "),
    ("golden/eye/cpu.npy", lambda _: None, "golden/eye/cpu.npy: is missing"),
    ("extra.txt", lambda _: b"x", "extra.txt: is not in the manifest"),
    ("manifest.json", lambda data: data[: len(data) // 2], "manifest.json: can't be read: "),
    ("manifest.json", lambda _: b"[]", "manifest.json: is no manifest of a bundle: "),
    ("manifest.json", lambda _: None, "manifest.json: can't be read: "),
]


@pytest.mark.parametrize(
    ("name", "change", "said"), DAMAGE, ids=[f"{one[0]}-{index}" for index, one in enumerate(DAMAGE)]
)
def test_damage_is_named(dist: Path, name: str, change: Any, said: str) -> None:
    path = dist / name
    new = change(path.read_bytes() if path.exists() else b"")
    if new is None:
        path.unlink()
    else:
        path.write_bytes(new)
    done = bundle(dist.parent, "--verify")
    assert done.returncode == 1
    assert done.stdout.startswith(said)
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("error: dist: not as its manifest says")


def test_an_output_outside_its_tolerance_is_named(dist: Path) -> None:
    path = dist / "golden/eye/cpu.npy"
    np.save(path, np.load(path) * np.float32(1.2))
    text = (dist / "manifest.json").read_text()
    old = manifest(dist)["files"]["golden/eye/cpu.npy"]["sha256"]
    (dist / "manifest.json").write_text(text.replace(old, io.sha256(path)))
    found = check.problems(dist)
    assert found[0].startswith("cpu/eye.tflite: mean error of its golden output is ")


def test_a_recommended_file_that_is_another_than_recorded_is_refused_and_dist_stays(dist: Path) -> None:
    (dist.parent / "models/recommended/cpu/eye.tflite").write_bytes(b"other")
    before = (dist / "manifest.json").read_bytes()
    done = bundle(dist.parent)
    assert done.returncode == 1
    assert "describes another models/recommended/cpu/eye.tflite" in done.stderr
    assert (dist / "manifest.json").read_bytes() == before
    assert not [path for path in dist.parent.iterdir() if path.name.startswith(".dist")]


@pytest.mark.usefixtures("checkout")
def test_where_nothing_is_recommended_it_is_said() -> None:
    for network in built.BUILT:
        found = store.load(project.record("recommend", network), Recommended)
        none = tuple(type(one)(one.target, "", "", "none", one.metric, one.candidates) for one in found.choices)
        built.changed(project.record("recommend", network), Recommended, choices=none)
    done = bundle(Path.cwd())
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: nothing is recommended -> see recommend in params.yaml and reports/report.md\n"
