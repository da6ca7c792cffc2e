"""Photos stylized in part, by the command and in the gallery: on official files, which stand for built ones."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import planned
import pytest
from PIL import Image

from litemill.composition import composer
from litemill.ground import project
from litemill.ground.errors import ArtifactError, LitemillError, RecordError
from litemill.records import store
from litemill.records.accuracy import Validated
from litemill.records.gallery import Gallery
from litemill.report import gallery
from litemill.settings import params
from litemill.settings.gallery import Composition
from litemill.tasks import images
from report import built
from stages import gallery as stage

BIRD, STYLE = "data/images/segmentation/bird.png", "data/images/style/zigzag_colorful.jpg"
OWL: dict[str, object] = {"photo": "content/owl.jpg", "style": "style/bricks_sq.jpg"}


def run(checkout: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *options],
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": str(built.REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def said(checkout: Path, *options: str) -> str:
    """Return the one line that a command fails with."""
    done = run(checkout, "litemill", "stylize", *options)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = [one for one in done.stderr.splitlines() if "INFO" not in one]
    assert not list(checkout.glob("*.png"))
    return line


def show(checkout: Path, *entries: dict[str, object]) -> None:
    planned.write(checkout, built.PARAMS | {"gallery": list(entries)})


@pytest.mark.parametrize("option", ["--keep", "--restyle"])
def test_a_photo_comes_out_at_its_own_size_partly_as_it_was(checkout: Path, option: str) -> None:
    size = (301, 517)
    photo = images.resize(images.read(checkout / BIRD), *size)
    images.write(checkout / "in.png", photo)
    done = run(checkout, "litemill", "stylize", "in.png", "--style", STYLE, option, "bird, dog", "--output", "out.png")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("out.png: 517x301, no dog found, with models/birds/fp32.tflite, models/eye/")
    found = images.read(checkout / "out.png")
    truth = images.resize_nearest(images.read_labels(checkout / BIRD.replace(".png", "_labels.png")), *size) == 3
    same = (found == photo).all(-1)
    inside, outside = same[truth].mean(), same[~truth].mean()
    assert (inside > 0.6 and outside < 0.1) if option == "--keep" else (inside < 0.2 and outside > 0.8)


def test_a_portrait_held_sideways_comes_out_upright(checkout: Path) -> None:
    tag = Image.Exif()
    tag[0x0112] = 6
    with Image.open(checkout / BIRD) as bird:
        bird.resize((200, 120)).rotate(90, expand=True).save(checkout / "in.jpg", exif=tag)
    done = run(checkout, "litemill", "stylize", "in.jpg", "--style", STYLE)
    assert done.returncode == 0, done.stderr
    with Image.open(checkout / "in_zigzag_colorful.png") as found:
        assert found.size == (200, 120)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((BIRD, "--style", STYLE, "--keep", "brid"), "unknown class 'brid' -> did you mean 'bird'?"),
        ((BIRD, "--style", STYLE, "--keep", "sheep,cat"), "holds no sheep and no cat: got background, bird -> name"),
        ((BIRD, "--style", STYLE, "--keep", "bird", "--restyle", "bird"), "--restyle can't be given together"),
        ((BIRD, "--style", STYLE, "--keep", "bird,,cat"), "a class without a name -> write it as person,dog"),
        ((BIRD, "--style", "data/images/README.md"), "README.md: can't be read as a picture"),
        (("absent.jpg", "--style", STYLE), "absent.jpg: no such picture"),
        ((BIRD, "--style", STYLE, "--output", "out.gif"), "out.gif: is no picture's name"),
        ((BIRD, "--style", STYLE, "--output", BIRD), "bird.png: would be written over"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(checkout: Path, options: tuple[str, ...], words: str) -> None:
    line = said(checkout, *options)
    assert line.startswith("error: ")
    assert words in line


def test_the_most_accurate_file_is_chosen_and_of_equal_ones_the_smallest(checkout: Path) -> None:
    assert checkout == Path.cwd()
    assert composer.best("eye").recipe == "fp32"  # both are the same file
    record = project.record("validate", "painter")
    known = store.load(record, Validated)
    assert composer.best("painter").recipe == "int8"  # equally true, and smaller
    worse = [one if one.name != "int8" else msgspec.structs.replace(one, metrics={"psnr_db": 9.0})
             for one in known.artifacts]  # fmt: skip
    built.changed(record, Validated, artifacts=tuple(worse))
    assert composer.best("painter").recipe == "fp32"


def test_without_networks_for_it_the_way_out_is_said(checkout: Path) -> None:
    settings = params.load()
    assert checkout == Path.cwd()
    with pytest.raises(ArtifactError, match="no segmentation network is built"):
        composer.segmentation(msgspec.structs.replace(settings, networks={}), ["bird"])
    with pytest.raises(ArtifactError, match="no style-transfer networks are built -> name a pair"):
        composer.stylization(msgspec.structs.replace(settings, bottleneck_from={}))


def test_a_file_other_than_its_record_is_refused(checkout: Path) -> None:
    shutil.copy(project.artifact("eye", "fp32"), checkout / "models/birds/fp32.tflite")
    with pytest.raises(LitemillError, match=r"describes another models/birds/fp32\.tflite"):
        composer.best("birds")


def test_keep_and_restyle_are_not_both_settings_of_an_entry(checkout: Path) -> None:
    show(checkout, OWL | {"keep": ["bird"], "restyle": ["bird"]})
    with pytest.raises(LitemillError, match=r"params\.yaml: gallery: .*keep and restyle can not both be given"):
        params.load()


def test_the_gallery_is_made_twice_alike_and_what_cannot_be_made_is_said(checkout: Path) -> None:
    show(checkout, OWL | {"restyle": ["bird"]}, OWL | {"keep": ["sheep"]}, OWL)
    outcome = stage.gallery()
    assert outcome.splitlines()[0] == "gallery: 2 of 3 pictures"
    assert "owl.jpg: holds no sheep" in outcome
    first = {path.name: path.read_bytes() for path in (checkout / project.GALLERY).iterdir()}
    assert set(first) == {"01.jpg", "03.jpg", "record.json"}
    stage.gallery()
    assert {path.name: path.read_bytes() for path in (checkout / project.GALLERY).iterdir()} == first
    assert len(first["01.jpg"]) < 100_000


def test_a_stale_record_makes_no_gallery(checkout: Path) -> None:
    show(checkout, OWL)
    shutil.copy(project.artifact("eye", "fp32"), checkout / "models/painter/int8.tflite")
    with pytest.raises(RecordError, match=r"describes another models/painter/int8\.tflite"):
        stage.gallery()
    assert not (checkout / project.GALLERY).exists()


def test_the_report_shows_the_gallery_and_what_is_missing_in_it(checkout: Path) -> None:
    show(checkout, OWL | {"restyle": ["bird"]}, OWL | {"keep": ["sheep"]})
    stage.gallery()
    done = built.report(checkout)
    assert done.returncode == 0, done.stderr
    text = (checkout / "reports/report.md").read_text()
    assert "## Gallery" in text
    shown = "owl, bird alone, in the style of bricks_sq"
    assert f"![Photo and style, beside them {shown}](figures/gallery_01.jpg)\n\n{shown}\n" in text
    assert "❌ owl in the style of bricks_sq, sheep kept: content/owl.jpg: holds no sheep" in text
    with Image.open(checkout / "reports/figures/gallery_01.jpg") as picture:
        assert picture.width > 300
    assert np.asarray(Image.open(checkout / "reports/figures/gallery_01.jpg")).std() > 10


def test_a_gallery_without_networks_is_empty_and_the_report_without_one(checkout: Path) -> None:
    show(checkout, OWL)
    settings = built.PARAMS | {"gallery": [OWL], "bottleneck_from": {}}
    planned.write(checkout, settings)
    assert stage.gallery() == "gallery: 0 of 1 pictures"
    assert store.load(gallery.RECORD, Gallery).shown == ()
    assert gallery.load(params.load()) == ()


def test_another_picture_than_the_records_is_not_shown(checkout: Path) -> None:
    show(checkout, OWL)
    stage.gallery()
    (checkout / project.GALLERY / "01.jpg").write_bytes(b"another")
    with pytest.raises(LitemillError, match=r"describes another reports/records/gallery/01\.jpg"):
        gallery.load(params.load())


def test_the_words_of_a_composition() -> None:
    assert (
        gallery.words(Composition("a/b.jpg", "c/d.png", keep=("cat", "dog"))) == "b in the style of d, cat and dog kept"
    )
    assert gallery.words(Composition("a/b.jpg", "c/d.png")) == "b in the style of d"
