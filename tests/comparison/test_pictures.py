"""Pictures of what changed: the sample that differs most, of those that both sides answered."""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from litemill.analysis.changes import Artifact
from litemill.comparison import pictures
from litemill.dvc.revision import Revision
from litemill.ground import io, npz, project
from litemill.render.grid import Grid

NAMES = ("content/a.png", "content/b.png")
CHANGED = Artifact("birds", "int8", "changed", same_file=False, within=True)


class Side(Revision):
    """A side whose files lie in a folder of its own, in place of git's and DVC's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fetch(self, path: Path, to: Path) -> bool:
        if not (self.folder / path).is_file():
            return False
        io.write(to, (self.folder / path).read_bytes())
        return True


def side(folder: Path, answers: list[npt.NDArray[np.generic]], names: tuple[str, ...] = NAMES) -> Side:
    """Write what a side's int8 file said to its samples."""
    said = {f"int8_{index:03}": answer for index, answer in enumerate(answers)}
    npz.write(folder / project.outputs("birds"), said)
    record = json.dumps({"evaluation": names, "of_another_version": 1})
    io.write(folder / project.record("samples", "birds"), record.encode())
    return Side(folder)


def labels(different: int) -> npt.NDArray[np.generic]:
    found = np.zeros((20, 30), np.uint8)
    found.flat[:different] = 3
    return found


def grid(tmp_path: Path, base: Side, head: Side, artifact: Artifact = CHANGED) -> Grid | None:
    return pictures.grids(base, head, [artifact], tmp_path / "scratch").get("birds")


@pytest.fixture
def base(tmp_path: Path) -> Side:
    return side(tmp_path / "base", [labels(0), labels(0)])


def test_the_sample_that_differs_most_is_drawn_with_its_number_of_pixels(tmp_path: Path, base: Side) -> None:
    found = grid(tmp_path, base, side(tmp_path / "head", [labels(2), labels(50)]))
    assert found is not None
    assert [cell.caption for cell in found.rows[0]] == ["int8", "b", "50 pixels"]
    difference = found.rows[0][2].picture
    assert difference is not None
    assert difference.shape == (20, 30, 3)
    assert len(np.unique(difference[0], axis=0)) == 1  # the first row differs as a whole


def test_samples_are_told_by_name_where_their_order_changed(tmp_path: Path, base: Side) -> None:
    found = grid(tmp_path, base, side(tmp_path / "head", [labels(9), labels(0)], NAMES[::-1]))
    assert found is not None
    assert found.rows[0][1].caption == "b"


def test_answers_that_are_the_same_or_no_pictures_are_not_drawn(tmp_path: Path, base: Side) -> None:
    same = grid(tmp_path, base, side(tmp_path / "same", [labels(0), labels(0)]))
    assert same is not None
    assert same.rows == ()
    numbers = side(tmp_path / "numbers", [np.zeros(100, np.float32)] * 2)
    assert grid(tmp_path, numbers, numbers) == same


def test_answers_that_are_not_at_hand_are_told_from_none(tmp_path: Path, base: Side) -> None:
    assert grid(tmp_path, Side(tmp_path / "nothing"), base) is None
    unknown = side(tmp_path / "unknown", [labels(9)])
    (unknown.folder / project.record("samples", "birds")).write_text("[]")
    assert grid(tmp_path, unknown, base) is None


def test_only_files_that_changed_are_drawn(tmp_path: Path, base: Side) -> None:
    head = side(tmp_path / "head", [labels(9), labels(9)])
    for artifact in (
        Artifact("birds", "int8", "added", same_file=None, within=True),
        Artifact("birds", "int8", "changed", same_file=True, within=True),
    ):
        assert pictures.grids(base, head, [artifact], tmp_path) == {}
