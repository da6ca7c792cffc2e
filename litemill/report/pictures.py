"""The pictures of all networks that give some, by network."""

import math
from typing import assert_never

import msgspec

from litemill.analysis.results import Results, Section
from litemill.ground import process
from litemill.render import grid as grid_module
from litemill.render.grid import Grid
from litemill.report import answers
from litemill.report.answers import Evidence
from litemill.report.illustrations import overlays, stylized
from litemill.tasks.registry import task_of

# files beyond which their pictures are fewer, and shrink, so that a page of 500 can still be opened
MANY = 64


class Shown(msgspec.Struct, frozen=True):
    """What was found in a network's evaluation pictures, as arrays and as a grid of pictures."""

    evidence: Evidence
    grid: Grid


def load(results: Results) -> dict[str, Shown]:
    """Read the answers of each network that gives pictures; a style bottleneck is none."""
    sections = [section for section in results.sections if task_of(section.settings).answer != "numbers"]
    count = sum(len(section.ours) for section in sections)
    return dict(process.each(lambda section: (section.name, _shown(section, count)), sections))


def _shown(section: Section, count: int) -> Shown:
    known = answers.load(section, side(count), few=count > MANY)
    match task_of(section.settings).answer:
        case "labels":
            return Shown(known, overlays(known))
        case "picture":
            return Shown(known, stylized(known))
        case "numbers":
            raise ValueError(f"{section.name}: has no pictures")
        case never:
            assert_never(never)


def side(count: int) -> int:
    """Return the longer side, in pixels, of the pictures of `count` files: smaller where there are very many."""
    return max(grid_module.CELL, round(answers.SIDE * min(1.0, math.sqrt(MANY / max(count, 1)))))
