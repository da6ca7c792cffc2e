"""Style transfer side by side: content, style, the original's picture, each file's."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from litemill.report import evidence
from litemill.report.grid import Cell, Grid, fitted
from litemill.report.results import Section
from litemill.report.tables import stems
from litemill.tasks import pictures, stylization
from litemill.tasks.pictures import Pixels

# enough to see, few enough to be drawn in seconds
MOST_PAIRS = 3


def stylized(section: Section) -> Grid:
    """Draw a few evaluation pairs of a transfer network, fed with the original's bottleneck."""
    known = evidence.load(section)
    chosen = varied(section.sampled.evaluation)
    found = known.outputs(chosen)
    rows = []
    for row, index in enumerate(chosen):
        name = section.sampled.evaluation[index]
        content, style = stems(name).split(" + ")
        captions = known.captions(name)
        cells = [
            Cell(_shown(known.samples["content"][index]), content),
            Cell(_shown(known.samples["style"][index]), style),
            Cell(_shown(known.reference["stylized"][index])),
        ]
        cells += [Cell(_small(outputs[row]), captions[one]) for one, outputs in found.items()]
        rows.append(tuple(cells))
    return Grid(("content", "style", "original", *found), tuple(rows), known.failing)


def varied(samples: Sequence[str]) -> list[int]:
    """Choose pairs, named `content + style`: each content once, with the style taken least so far."""
    pairs = [name.split(" + ") for name in samples]
    taken = dict.fromkeys((style for _, style in pairs), 0)
    chosen = []
    for content in list(dict.fromkeys(content for content, _ in pairs))[:MOST_PAIRS]:
        with_it = [index for index, pair in enumerate(pairs) if pair[0] == content]
        index = min(with_it, key=lambda one: taken[pairs[one][1]])
        taken[pairs[index][1]] += 1
        chosen.append(index)
    return chosen


def _shown(picture: npt.NDArray[np.generic]) -> Pixels:
    """Give a picture [h, w, 3] in [0, 1] at the size of a cell."""
    return _small(stylization.shown(picture.astype(np.float32)))


def _small(pixels: Pixels) -> Pixels:
    return pictures.resize(pixels, *fitted(pixels.shape[:2]))
