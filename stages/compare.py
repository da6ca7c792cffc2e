"""Compare the working tree's build with another revision's, for the review of a change."""

import tempfile
from pathlib import Path

from litemill.comparison import pictures, render, words
from litemill.comparison.comparison import compare as compared
from litemill.comparison.comparison import models_of
from litemill.comparison.revision import Revision
from litemill.core import files, paths, stage
from litemill.core import params as parameters


def compare(base: str, remeasure: bool = False) -> str:  # noqa: FBT001, FBT002  a flag of the command line
    """Write reports/diff.md and diff.html; with `remeasure`, latencies are measured anew, both sides in turn."""
    params, revision = parameters.load(), Revision(base)
    with models_of(revision) as models, tempfile.TemporaryDirectory() as scratch:
        comparison = compared(revision, models, params.benchmark if remeasure else None)
        artifacts = [one.artifact for one in comparison.artifacts]
        drawn = render.figures(pictures.grids(revision, artifacts, Path(scratch)))
    with files.replacing(paths.DIFF_FIGURES) as folder:
        folder.mkdir()
        for figure in drawn:
            (folder / figure.name).write_bytes(figure.data)
    for path in (paths.DIFF, paths.DIFF_PAGE):
        files.write(path, render.render(f"{path.name}.j2", comparison, drawn).encode())
    return f"{paths.DIFF}: against {base}: {words.counts(artifacts)}, {comparison.same} the same"


if __name__ == "__main__":
    stage.run(compare)
