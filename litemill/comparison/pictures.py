"""What the artifacts that changed make of a picture: base, head and where they differ."""

from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from litemill.analysis.changes import Artifact
from litemill.dvc.revision import Revision
from litemill.ground import npz, project
from litemill.ground.errors import LitemillError
from litemill.render import grid
from litemill.render.grid import Cell, Grid, fitted
from litemill.report import illustrations
from litemill.report.tables import stems
from litemill.tasks import images
from litemill.tasks.images import Pixels

COLUMNS = ("base", "head", "difference")

Answer = npt.NDArray[Any]


class Evaluated(msgspec.Struct):
    """What a record of samples, of whatever version, says of the pictures that judge."""

    evaluation: tuple[str, ...]


class Said(NamedTuple):
    """What a side's files said to the samples: answers by recipe and number, and the samples' names."""

    answers: dict[str, Answer]
    names: tuple[str, ...]

    def of(self, recipe: str) -> dict[str, Answer]:
        """Return a recipe's answers by sample, those that are pictures."""
        keys = {name: f"{recipe}_{index:03}" for index, name in enumerate(self.names)}
        found = {name: self.answers[key] for name, key in keys.items() if key in self.answers}
        return {name: answer for name, answer in found.items() if answer.dtype == np.uint8}


def grids(base: Revision, head: Revision, artifacts: list[Artifact], scratch: Path) -> dict[str, Grid | None]:
    """Draw each changed artifact's most different sample, by network; None where a side's answers are not at hand."""
    changed = [one for one in artifacts if one.status == "changed" and not one.same_file]
    found: dict[str, Grid | None] = {}
    for network in dict.fromkeys(one.network for one in changed):
        old, new = (_said(side, network, scratch / place) for side, place in ((base, "base"), (head, "head")))
        recipes = [one.recipe for one in changed if one.network == network]
        found[network] = _grid(recipes, old, new) if old and new else None
    return found


def _grid(recipes: list[str], old: Said, new: Said) -> Grid:
    """Draw a row for each recipe whose answers are pictures."""
    return Grid(COLUMNS, tuple(row for one in recipes if (row := _row(one, old.of(one), new.of(one)))))


def _said(side: Revision, network: str, scratch: Path) -> Said | None:
    """Read what a side's files said; None where it is not at hand, or of a form that is not known."""
    outputs, record = project.outputs(network), project.record("samples", network)
    if not (side.fetch(outputs, scratch / outputs) and side.fetch(record, scratch / record)):
        return None
    try:
        names = msgspec.json.decode((scratch / record).read_bytes(), type=Evaluated).evaluation
        return Said(npz.read(scratch / outputs), names)
    except (LitemillError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _row(recipe: str, old: dict[str, Answer], new: dict[str, Answer]) -> tuple[Cell, ...] | None:
    """Draw the sample that a recipe's files differ most in; None where none differs, or there is no picture of both."""
    shared = [name for name in old if name in new and old[name].shape == new[name].shape]
    differing = {name: distance for name in shared if (distance := _distance(old[name], new[name]))}
    if not differing:
        return None
    sample = max(differing, key=lambda one: differing[one])
    base, head = old[sample], new[sample]
    labels = base.ndim == 2  # noqa: PLR2004
    drawn = _overlays(base, head, sample) if labels else (base, head, illustrations.of_pictures(head, base))
    shown = [images.resize(one, *fitted(one.shape[:2])) for one in drawn]
    share = f"{np.count_nonzero(base != head):,} pixels" if labels else f"largest {int(_gap(base, head).max())} of 255"
    return (Cell(shown[0], recipe), Cell(shown[1], stems(sample)), Cell(shown[2], share))


def _distance(base: Answer, head: Answer) -> float:
    return float(np.mean(base != head)) if base.ndim == 2 else float(_gap(base, head).mean())  # noqa: PLR2004


def _gap(base: Answer, head: Answer) -> Answer:
    return np.abs(base.astype(np.int16) - head.astype(np.int16))


def _overlays(base: Pixels, head: Pixels, sample: str) -> tuple[Pixels, Pixels, Pixels]:
    """Draw labels over their photo, and in a colour of no class where they differ."""
    path = project.IMAGES / sample
    photo = images.read(path) if path.is_file() else None
    if photo is None or photo.shape[:2] != base.shape:  # another picture has that name by now
        photo = np.full((*base.shape, 3), 255, np.uint8)
    return grid.overlay(photo, base), grid.overlay(photo, head), illustrations.of_labels(photo, head, base)
