"""The files that the repository carries: what their READMEs say of them is so."""

import hashlib
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

DATA = Path(__file__).resolve().parents[1] / "data"
EMBEDDED = DATA / "embedded"
ROW = re.compile(r"\| `(?P<file>[^`]+)` \| <http[^>]+> \| Apache-2.0 \| (?P<size>\d+) \| `(?P<sha256>[0-9a-f]{64})` \|")


def table() -> dict[str, tuple[int, str]]:
    rows = ROW.finditer((EMBEDDED / "README.md").read_text("utf-8"))
    return {row["file"]: (int(row["size"]), row["sha256"]) for row in rows}


def labels(name: str) -> list[str]:
    return (DATA / "labels" / name).read_text("utf-8").splitlines()


def test_the_embedded_readme_lists_every_file_with_its_size_and_hash() -> None:
    found = {}
    for path in EMBEDDED.rglob("*"):
        if path.is_file() and path.name != "README.md":
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            found[path.relative_to(EMBEDDED).as_posix()] = (path.stat().st_size, digest)
    assert found == table()


def test_the_images_readme_lists_every_picture() -> None:
    text = (DATA / "images" / "README.md").read_text("utf-8")
    pictures = [path.name for path in (DATA / "images").rglob("*") if path.suffix in {".jpg", ".png"}]
    assert pictures
    assert [name for name in pictures if name not in text] == []


@pytest.mark.parametrize(
    ("name", "count", "some"),
    [
        ("pascal_voc.txt", 21, {0: "background", 3: "bird", 15: "person", 20: "tv"}),
        ("cityscapes.txt", 19, {0: "road", 10: "sky", 13: "car", 18: "bicycle"}),
        (
            "ade20k.txt",
            151,
            {0: "background", 1: "wall", 13: "person", 76: "swivel chair", 126: "pot", 150: "flag"},
        ),
    ],
)
def test_a_labels_file_names_each_class_once_in_its_order(name: str, count: int, some: dict[int, str]) -> None:
    names = labels(name)
    assert len(names) == len(set(names)) == count
    assert all(names)
    assert all(name == name.strip() for name in names)
    assert {index: names[index] for index in some} == some


def test_the_pascal_labels_are_those_inside_the_official_file() -> None:
    official = EMBEDDED / "lite-models/tensorflow/lite-model/deeplabv3/1/metadata/2.tflite"
    with zipfile.ZipFile(official) as metadata:
        assert metadata.read("labelmap.txt").decode().split("\n")[:21] == labels("pascal_voc.txt")


def test_the_ground_truth_is_a_bird_on_background_with_a_thin_rim() -> None:
    with Image.open(DATA / "images/segmentation/bird_labels.png") as mask, \
            Image.open(DATA / "images/segmentation/bird.png") as picture:  # fmt: skip
        assert mask.size == picture.size
        values, counts = np.unique(np.asarray(mask), return_counts=True)
    assert dict(zip(values.tolist(), counts.tolist(), strict=True)) == {0: 210555, 3: 51377, 255: 1237}
