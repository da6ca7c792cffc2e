"""Segmentation side by side: photo, ground truth, the original's labels, each file's."""

from functools import lru_cache

from litemill.core import class_names, paths
from litemill.report import palette
from litemill.report.evidence import Evidence
from litemill.report.grid import Cell, Grid
from litemill.report.tables import stems
from litemill.tasks import pictures
from litemill.tasks.pictures import Pixels, resize_nearest


def overlays(known: Evidence) -> Grid:
    """Draw labels over the evaluation pictures that are shown of a segmentation network."""
    section, rows, drawn = known.section, [], []
    for name, original in known.original.items():
        shape = (original.shape[0], original.shape[1])
        photo, truth = shown(name, shape), _truth(section.sampled.truth.get(name), shape)
        cells = [Cell(photo, stems(name)), Cell(None, "no ground truth"), Cell(palette.overlay(photo, original))]
        if truth is not None:
            cells[1] = Cell(palette.overlay(photo, truth))
        for one in section.ours:
            labels = known.found[one.name][name]
            drawn.append(labels)
            cells.append(Cell(palette.overlay(photo, labels), known.caption(one, name)))
        drawn += [original] if truth is None else [original, truth]
        rows.append(tuple(cells))
    classes = class_names.load(section.settings.source, section.entry)
    columns = ("photo", "ground truth", "original", *(one.name for one in section.ours))
    return Grid(columns, tuple(rows), known.failing, palette.legend(drawn, classes))


@lru_cache(maxsize=64)
def shown(name: str, shape: tuple[int, int]) -> Pixels:
    """Read an evaluation picture at the size at which it is shown; networks share most of them."""
    return pictures.resize(pictures.read(paths.IMAGES / name), *shape)


def _truth(name: str | None, shape: tuple[int, int]) -> Pixels | None:
    if name is None:
        return None
    return resize_nearest(pictures.read_labels(paths.IMAGES / name), *shape, "half_pixel").astype("uint8")
