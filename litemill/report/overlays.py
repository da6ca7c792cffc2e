"""Segmentation side by side: photo, ground truth, the original's labels, each file's."""

from collections.abc import Sequence

import numpy as np

from litemill.core import paths
from litemill.report import evidence, palette
from litemill.report.evidence import Evidence
from litemill.report.grid import Cell, Grid, fitted
from litemill.report.results import Section
from litemill.report.tables import stems
from litemill.tasks import pictures
from litemill.tasks.pictures import Pixels

# enough to see, few enough to be drawn in seconds
MOST_PICTURES = 4


def overlays(section: Section) -> Grid:
    """Draw labels over a few evaluation pictures of a segmentation network."""
    known = evidence.load(section)
    originals = _originals(known)
    chosen = telling(originals)
    names = [section.sampled.evaluation[index] for index in chosen]
    columns: dict[str, Sequence[Pixels | None]] = {
        "ground truth": [_truth(section.sampled.truth.get(name)) for name in names],
        "original": [originals[index] for index in chosen],
        **known.outputs(chosen),
    }
    rows = []
    for row, name in enumerate(names):
        photo, captions = pictures.read(paths.IMAGES / name), known.captions(name)
        cells = [Cell(pictures.resize(photo, *fitted(photo.shape[:2])), stems(name))]
        cells += [_cell(photo, labels[row], captions.get(column, "")) for column, labels in columns.items()]
        rows.append(tuple(cells))
    classes = (paths.LABELS / (section.entry.labels or "")).read_text(encoding="utf-8").splitlines()
    occurring = [one for labels in columns.values() for one in labels if one is not None]
    return Grid(("photo", *columns), tuple(rows), known.failing, palette.legend(occurring, classes))


def telling(originals: Sequence[Pixels]) -> list[int]:
    """Choose pictures: first those in which the original finds something, otherwise in their order."""
    first = sorted(range(len(originals)), key=lambda index: not originals[index].any())
    return sorted(first[:MOST_PICTURES])


def _originals(known: Evidence) -> list[Pixels]:
    """Give the original's labels [h, w] for each sample."""
    count = len(known.section.sampled.evaluation)
    return [known.reference[f"labels_{index:03}"].astype(np.uint8) for index in range(count)]


def _truth(name: str | None) -> Pixels | None:
    return pictures.read_labels(paths.IMAGES / name) if name else None


def _cell(photo: Pixels, labels: Pixels | None, caption: str) -> Cell:
    """Draw labels over a photo: drawn first, then shrunk, so that edges are smooth."""
    if labels is None:
        return Cell(None, "no ground truth")
    return Cell(pictures.resize(palette.overlay(photo, labels), *fitted(photo.shape[:2])), caption)
