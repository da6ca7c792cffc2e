"""Style transfer side by side: content, style, the original's picture, each file's."""

from litemill.report.evidence import Evidence
from litemill.report.grid import Cell, Grid
from litemill.report.overlays import shown
from litemill.report.tables import stems
from litemill.tasks.sampling import STYLE_SIZE


def stylized(known: Evidence) -> Grid:
    """Show the evaluation pairs of a transfer network that are kept, fed with the original's bottleneck."""
    section, rows = known.section, []
    for name, original in known.original.items():
        content, style = name.split(" + ")
        cells = [
            Cell(shown(content, (original.shape[0], original.shape[1])), stems(content)),
            Cell(shown(style, STYLE_SIZE), stems(style)),
            Cell(original),
        ]
        cells += [Cell(known.found[one.name][name], known.caption(one, name)) for one in section.ours]
        rows.append(tuple(cells))
    return Grid(("content", "style", "original", *(one.name for one in section.ours)), tuple(rows), known.failing)
