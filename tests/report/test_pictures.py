"""Pictures: colours of classes, grids, which samples are shown."""

from io import BytesIO
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from litemill.analysis.results import Results
from litemill.ground import project
from litemill.ground.errors import RecordError
from litemill.render import grid
from litemill.render.grid import Cell, Grid
from litemill.report import answers, illustrations

# the first and last classes of PASCAL VOC, and its mark for what is not judged
VOC = {
    0: (0, 0, 0),
    1: (128, 0, 0),
    2: (0, 128, 0),
    3: (128, 128, 0),
    15: (192, 128, 128),
    20: (0, 64, 128),
    255: (224, 224, 192),
}


@pytest.mark.parametrize("label", VOC)
def test_classes_have_the_colours_of_pascal_voc(label: int) -> None:
    assert tuple(grid.colours()[label].tolist()) == VOC[label]


def test_only_labels_have_colour() -> None:
    photo = np.full((1, 3, 3), (200, 30, 30), np.uint8)
    background, bird, unjudged = grid.overlay(photo, np.array([[0, 3, 255]], np.uint8))[0].tolist()
    assert len(set(background)) == 1
    assert bird[0] == bird[1] > bird[2] + 50
    assert unjudged == [255, 255, 255]


def test_the_legend_names_the_classes_that_occur() -> None:
    labels = [np.array([[0, 2, 255]], np.uint8), np.array([[1, 2, 0]], np.uint8)]
    found = grid.legend(labels, ("nothing", "one", "two", "three"))
    assert [name for name, _ in found] == ["one", "two"]
    over_grey = grid.overlay(np.full((1, 1, 3), 128, np.uint8), np.array([[1]], np.uint8))
    assert list(found[0][1]) == over_grey[0, 0].tolist()


def test_a_grid_shows_pictures_shrunk_and_says_what_is_missing() -> None:
    tall = np.zeros((*grid.fitted((1000, 100)), 3), np.uint8)
    assert tall.shape == (grid.CELL, 15, 3)
    with_legend = Grid(("a", "b"), ((Cell(tall, "tall"), Cell(None, "none")),), legend=(("red", (255, 0, 0)),))
    drawn = np.asarray(grid.draw(with_legend))
    assert (drawn == (255, 0, 0)).all(-1).sum() > 100
    column = grid.GAP + grid.CELL // 2
    assert (drawn[grid.TITLE_HEIGHT + 5, column] == 0).all()
    empty = drawn[grid.TITLE_HEIGHT : grid.TITLE_HEIGHT + grid.CELL, grid.GAP + grid.CELL + grid.GAP :]
    assert 0 < (empty < 255).any(-1).sum() < 600


def test_a_small_picture_is_not_grown() -> None:
    assert grid.fitted((20, 30)) == (20, 30)


def test_a_caption_never_runs_into_the_next_column() -> None:
    black = np.zeros((10, 10, 3), np.uint8)
    drawn = np.asarray(grid.draw(Grid(("a", "b"), ((Cell(black, "x" * 80), Cell(black)),))))
    assert (drawn[grid.TITLE_HEIGHT + 10 :, grid.GAP + grid.CELL :] == 255).all()


def test_failing_columns_have_red_titles() -> None:
    black = np.zeros((10, 10, 3), np.uint8)
    drawn = grid.draw(Grid(("good", "bad"), ((Cell(black), Cell(black)),), failing=frozenset({"bad"})))
    titles = np.asarray(drawn)[: grid.TITLE_HEIGHT]
    red = (titles == grid.FAILING).all(-1)
    assert red[:, grid.GAP + grid.CELL :].any()
    assert not red[:, : grid.GAP + grid.CELL].any()


def test_the_same_picture_gives_the_same_bytes() -> None:
    image = Image.effect_noise((64, 64), 50).convert("RGB")
    assert grid.png(image) == grid.png(image.copy())
    assert np.array_equal(np.asarray(Image.open(BytesIO(grid.png(image)))), np.asarray(image))


def test_pictures_in_which_the_original_finds_nothing_are_shown_last() -> None:
    nothing, something = np.zeros((2, 2), np.uint8), np.ones((2, 2), np.uint8)
    assert answers.telling([nothing, something, something, something, something]) == [1, 2, 3, 4]
    assert answers.telling([nothing, something]) == [0, 1]


def test_pairs_are_shown_with_other_contents_and_styles() -> None:
    samples = [f"{content} + {style}" for content in "abcde" for style in "xyz"]
    assert [samples[index] for index in answers.varied(samples)] == ["a + x", "b + y", "c + z"]


def test_overlays_show_photo_truth_original_and_each_recipe(joined: Results) -> None:
    found = illustrations.overlays(answers.load(joined.sections[0]))
    assert found.columns == ("photo", "ground truth", "original", "fp32")
    assert found.failing == {"fp32"}
    bird, cat = found.rows
    assert [cell.caption for cell in bird] == ["bird", "", "", "95.00 % of labels"]
    assert cat[1] == Cell(None, "no ground truth")
    assert {"bird", "person"} <= {name for name, _ in found.legend}


def test_stylized_pictures_show_content_style_original_and_each_recipe(joined: Results) -> None:
    found = illustrations.stylized(answers.load(joined.sections[1]))
    assert found.columns == ("content", "style", "original", "fp32", "int8")
    assert [cell.caption for cell in found.rows[1]] == [
        "face",
        "zigzag_colorful",
        "",
        "PSNR 28.1 dB",
        "PSNR 28.1 dB",
    ]
    original, fp32, int8 = (cell.picture for cell in found.rows[0][2:])
    assert original is not None
    assert (original == 128).all()
    assert fp32 is not None
    assert int8 is not None
    assert not np.array_equal(fp32, int8)


@pytest.mark.parametrize("path", [project.outputs("birds"), project.reference("birds")])
def test_answers_of_other_files_are_refused(joined: Results, path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(RecordError, match=f"describes another {path}"):
        answers.load(joined.sections[0])


def test_the_worst_sample_of_each_file_is_shown_alone_where_there_are_very_many_files(joined: Results) -> None:
    names = tuple("abcdefg")
    birds = msgspec.structs.replace(joined.sections[0], sampled=msgspec.structs.replace(
        joined.sections[0].sampled, evaluation=names))  # fmt: skip
    figures = {name: {"label_agreement": 0.9} for name in names} | {"g": {"label_agreement": 0.2}}
    judged = msgspec.structs.replace(birds.ours[0].judged, pictures=figures)
    birds = msgspec.structs.replace(birds, results=(msgspec.structs.replace(birds.ours[0], judged=judged),))
    assert answers.chosen(birds, [np.ones(1)] * 7) == [0, 1, 2, 3, 6]
    assert answers.chosen(birds, [np.ones(1)] * 7, few=True) == [6]


SIZES = {(100, 200): (100, 200), (1024, 2048): (200, 400), (9000, 3): (400, 1)}


@pytest.mark.parametrize(("shape", "kept"), SIZES.items())
def test_a_picture_is_shown_at_most_so_large(shape: tuple[int, int], kept: tuple[int, int]) -> None:
    assert answers.shrunk(np.zeros(shape, np.uint8), answers.SIDE).shape == kept


def test_shrunk_labels_are_no_new_classes() -> None:
    labels = np.zeros((800, 800), np.uint8)
    labels[:, 400:] = 15
    assert set(np.unique(answers.shrunk(labels, 300))) == {0, 15}


def test_a_stylized_picture_is_shown_in_whole_numbers() -> None:
    small = answers.shrunk(np.full((10, 10, 3), 1.5, np.float32), answers.SIDE)
    assert small.dtype == np.uint8
    assert (small == 255).all()


def test_ground_truth_that_is_gone_is_named(joined: Results) -> None:
    Path("data/images/segmentation/bird_labels.png").unlink()
    with pytest.raises(Exception, match=r"bird_labels\.png: no such picture"):
        illustrations.overlays(answers.load(joined.sections[0]))
