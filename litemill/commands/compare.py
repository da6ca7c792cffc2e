"""Compare the working tree's build with another revision's, for the review of a change."""

import tempfile
from pathlib import Path

from litemill.comparison import compare as comparing
from litemill.comparison import render, tables
from litemill.dvc.revision import Revision
from litemill.ground import io, project
from litemill.settings import params as params_module


def compare(base: str, remeasure: bool = False) -> str:  # noqa: FBT001, FBT002  a flag of the command line
    """Write reports/diff.md and diff.html; with `remeasure`, latencies are measured anew, both sides in turn."""
    params, before, after = params_module.load(), Revision(base), Revision()
    with tempfile.TemporaryDirectory() as scratch:
        found = comparing.compare(before, after, params, remeasured=remeasure, scratch=Path(scratch))
    drawn = render.figures(found.pictures)
    with io.replacing(project.DIFF_FIGURES) as folder:
        folder.mkdir()
        for figure in drawn:
            (folder / figure.name).write_bytes(figure.data)
    for path in (project.DIFF, project.DIFF_PAGE):
        io.write(path, render.render(f"{path.name}.j2", found, drawn).encode())
    return f"{project.DIFF}: against {base}: {tables.counts(found)}"
