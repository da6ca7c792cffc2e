"""What the artifacts that changed make of a picture: base, head and where they differ."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from litemill.comparison.changes import Artifact
from litemill.comparison.revision import Revision
from litemill.core import files, paths, store
from litemill.core.files import Arrays
from litemill.core.records import Sampled
from litemill.report import differences, palette
from litemill.report.grid import Cell, Grid, fitted
from litemill.report.tables import stems
from litemill.tasks import pictures
from litemill.tasks.pictures import Pixels

COLUMNS = ("base", "head", "difference")

Answer = npt.NDArray[Any]


def grids(revision: Revision, artifacts: list[Artifact], scratch: Path) -> dict[str, Grid]:
    """Draw each changed artifact's most different sample, by network; without answers in the cache there is none."""
    found: dict[str, Grid] = {}
    for network in sorted({one.network for one in artifacts if one.status == "changed"}):
        before = scratch / f"{network}.npz"
        if not paths.outputs(network).is_file() or not revision.fetch(paths.outputs(network), before):
            continue
        old, new = files.read_arrays(before), files.read_arrays(paths.outputs(network))
        names = store.load(paths.record("samples", network), Sampled).evaluation
        recipes = [one.recipe for one in artifacts if one.network == network]
        rows = [row for recipe in recipes if (row := _row(recipe, names, old, new))]
        if rows:
            found[network] = Grid(COLUMNS, tuple(rows))
    return found


def _row(recipe: str, names: tuple[str, ...], old: Arrays, new: Arrays) -> tuple[Cell, ...] | None:
    """Draw the sample that a recipe's files differ most in; None where there is no picture of both."""
    keys = {f"{recipe}_{index:03}": name for index, name in enumerate(names)}
    shared = [key for key in keys if key in old and key in new and old[key].shape == new[key].shape]
    shared = [key for key in shared if old[key].dtype == np.uint8]
    if not shared:
        return None
    key = max(shared, key=lambda one: _distance(old[one], new[one]))
    base, head, sample = old[key].astype(np.uint8), new[key].astype(np.uint8), keys[key]
    labels = base.ndim == 2  # noqa: PLR2004
    drawn = _overlays(base, head, sample) if labels else (base, head, differences.of_pictures(head, base))
    shown = [pictures.resize(one, *fitted(one.shape[:2])) for one in drawn]
    share = f"{np.mean(base != head):.2%} of pixels" if labels else f"largest {int(_gap(base, head).max())} of 255"
    return (Cell(shown[0], recipe), Cell(shown[1], stems(sample)), Cell(shown[2], share))


def _distance(base: Answer, head: Answer) -> float:
    return float(np.mean(base != head)) if base.ndim == 2 else float(_gap(base, head).mean())  # noqa: PLR2004


def _gap(base: Answer, head: Answer) -> Answer:
    return np.abs(base.astype(np.int16) - head.astype(np.int16))


def _overlays(base: Pixels, head: Pixels, sample: str) -> tuple[Pixels, Pixels, Pixels]:
    """Draw labels over their photo, and in a colour of no class where they differ."""
    photo = pictures.read(paths.IMAGES / sample)
    difference = differences.of_labels(photo, head, base)
    return palette.overlay(photo, base), palette.overlay(photo, head), difference
