"""Compare the working tree's build with another revision's, for the review of a change."""

import tempfile
from pathlib import Path

from litemill.comparison import comparison, render, words
from litemill.comparison.revision import Revision
from litemill.core import files, paths, stage
from litemill.core import params as parameters


def compare(base: str, remeasure: bool = False) -> str:  # noqa: FBT001, FBT002  a flag of the command line
    """Write reports/diff.md and diff.html; with `remeasure`, latencies are measured anew, both sides in turn."""
    params, before, after = parameters.load(), Revision(base), Revision()
    with tempfile.TemporaryDirectory() as scratch:
        found = comparison.compare(before, after, params, remeasured=remeasure, scratch=Path(scratch))
    drawn = render.figures(found.pictures)
    with files.replacing(paths.DIFF_FIGURES) as folder:
        folder.mkdir()
        for figure in drawn:
            (folder / figure.name).write_bytes(figure.data)
    for path in (paths.DIFF, paths.DIFF_PAGE):
        files.write(path, render.render(f"{path.name}.j2", found, drawn).encode())
    return f"{paths.DIFF}: against {base}: {words.counts(found)}"


if __name__ == "__main__":
    stage.run(compare)
