"""Pictures side by side: segmentation, style transfer, and where answers differ."""

from functools import lru_cache

import numpy as np

from litemill.ground import project
from litemill.render import grid
from litemill.render.grid import Cell, Grid
from litemill.report.answers import Evidence
from litemill.report.tables import stems
from litemill.settings import label_names
from litemill.tasks import images, sample_names
from litemill.tasks.images import Pixels, resize_nearest
from litemill.tasks.stylization.arrays import STYLE_SIZE


def overlays(known: Evidence) -> Grid:
    """Draw labels over the evaluation pictures that are shown of a segmentation network."""
    section, rows, drawn = known.section, [], []
    for name, original in known.original.items():
        shape = (original.shape[0], original.shape[1])
        photo, truth = shown(name, shape), _truth(section.sampled.truth.get(name), shape)
        cells = [Cell(photo, stems(name)), Cell(None, "no ground truth"), Cell(grid.overlay(photo, original))]
        if truth is not None:
            cells[1] = Cell(grid.overlay(photo, truth))
        for one in section.ours:
            labels = known.found[one.name][name]
            drawn.append(labels)
            cells.append(Cell(grid.overlay(photo, labels), known.caption(one, name)))
        drawn += [original] if truth is None else [original, truth]
        rows.append(tuple(cells))
    classes = label_names.load(section.settings.source, section.entry)
    columns = ("photo", "ground truth", "original", *(one.name for one in section.ours))
    return Grid(columns, tuple(rows), known.failing, grid.legend(drawn, classes))


@lru_cache(maxsize=64)
def shown(name: str, shape: tuple[int, int]) -> Pixels:
    """Read an evaluation picture at the size at which it is shown; networks share most of them."""
    return images.resize(images.read(project.IMAGES / name), *shape)


def _truth(name: str | None, shape: tuple[int, int]) -> Pixels | None:
    if name is None:
        return None
    return resize_nearest(images.read_labels(project.IMAGES / name), *shape, "half_pixel").astype("uint8")


def stylized(known: Evidence) -> Grid:
    """Show the evaluation pairs of a transfer network that are kept, fed with the original's bottleneck."""
    section, rows = known.section, []
    for name, original in known.original.items():
        content, style = sample_names.pictures(name)
        cells = [
            Cell(shown(content, (original.shape[0], original.shape[1])), stems(content)),
            Cell(shown(style, STYLE_SIZE), stems(style)),
            Cell(original),
        ]
        cells += [Cell(known.found[one.name][name], known.caption(one, name)) for one in section.ours]
        rows.append(tuple(cells))
    return Grid(("content", "style", "original", *(one.name for one in section.ours)), tuple(rows), known.failing)


# a strong colour that is no class's, told from grey by any eye
DIFFERENT = np.array((200, 0, 90), np.uint8)


# the error that is drawn black, as a share of the range
FULL = 0.25


LABELS = "coloured: another class than the original's"


NONE = "none that shows at this size"


PICTURES = "darker: further from the original; black: a quarter of the range or more"


def of_labels(photo: Pixels, found: Pixels, original: Pixels) -> Pixels:
    """Draw over a pale photo [h, w, 3] the pixels whose labels [h, w] differ."""
    drawn = grid.overlay(photo, np.zeros_like(found))
    drawn[found != original] = DIFFERENT
    return drawn


def of_pictures(found: Pixels, original: Pixels) -> Pixels:
    """Draw the largest error of a pixel's channels: white for none, black for `FULL` of the range."""
    error = np.abs(found.astype(np.int16) - original).max(-1) / (255 * FULL)
    grey = np.round(255 * (1 - np.minimum(error, 1))).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=-1)
