"""A comparison as Markdown, for a pull request, and as a page that holds its pictures."""

import base64
from collections.abc import Mapping
from typing import NamedTuple

from litemill.comparison import limits, words
from litemill.comparison.comparison import Comparison
from litemill.core import paths, templates
from litemill.report import grid
from litemill.report.grid import Grid
from litemill.report.markdown import cell


class Figure(NamedTuple):
    """A picture: its file name, what it shows, its bytes as they are and as text."""

    name: str
    alt: str
    data: bytes
    base64: str


def figures(grids: Mapping[str, Grid | None]) -> list[Figure]:
    """Draw the pictures of each network that has some."""
    found = []
    for network, one in grids.items():
        if one and one.rows:
            data = grid.png(grid.draw(one))
            said = f"{network}: the sample that differs most, by recipe: base, head, difference"
            found.append(Figure(f"{network}.png", said, data, base64.b64encode(data).decode()))
    return found


def render(template: str, comparison: Comparison, drawn: list[Figure]) -> str:
    """Fill `diff.md.j2` or `diff.html.j2`."""
    return templates.load("litemill.comparison", template, cell=cell, cut=words.cut).render(
        comparison=comparison,
        counts=words.counts(comparison),
        outside=[one for one in comparison.artifacts if one.artifact.failing],
        settings=words.settings(comparison),
        artifacts=words.artifacts(comparison),
        kept=words.budgets(comparison),
        budgets=limits.table(comparison.budgets),
        notes=words.notes(comparison),
        figures=drawn,
        folder=paths.DIFF_FIGURES.relative_to(paths.DIFF.parent).as_posix(),
    )
