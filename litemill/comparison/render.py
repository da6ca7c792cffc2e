"""A comparison as Markdown, for a pull request, and as a page that holds its pictures."""

import base64
from collections.abc import Mapping
from typing import NamedTuple

from litemill.comparison import budgets, tables
from litemill.comparison.compare import Comparison
from litemill.ground import project
from litemill.render import grid, templates
from litemill.render.grid import Grid
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
    return templates.load("litemill.comparison", template, cell=cell, cut=tables.cut).render(
        comparison=comparison,
        counts=tables.counts(comparison),
        outside=[one for one in comparison.artifacts if one.artifact.failing],
        settings=tables.settings(comparison),
        artifacts=tables.artifacts(comparison),
        kept=tables.budgets_kept(comparison),
        budgets=budgets.table(comparison.budgets),
        notes=tables.notes(comparison),
        figures=drawn,
        folder=project.DIFF_FIGURES.relative_to(project.DIFF.parent).as_posix(),
    )
