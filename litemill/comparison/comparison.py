"""A comparison put together: the head in the working tree against a base revision."""

from pathlib import Path

import msgspec

from litemill.bench import processes
from litemill.comparison import changes, limits, pictures
from litemill.comparison.changes import Artifact, Setting, Side
from litemill.comparison.limits import Held
from litemill.comparison.remeasure import remeasure
from litemill.comparison.revision import Revision
from litemill.core import paths
from litemill.core.errors import RecordError
from litemill.core.params import Benchmark, Params
from litemill.report.grid import Grid

NOT_COMPARABLE = "not comparable"


class Compared(msgspec.Struct, frozen=True):
    """An artifact that differs, and its latency where it was measured anew, else why it was not."""

    artifact: Artifact
    timing: processes.Comparison | None = None
    untimed: str = ""


class Comparison(msgspec.Struct, frozen=True):
    """What a reviewer wants to know.

    Parameters
    ----------
    base, commit
        The revision as it was named, and its commit.
    settings
        What differs in `params.yaml`.
    artifacts
        What differs in the files, or in what is known of them.
    same
        How many artifacts are the same.
    stale
        How many of the head's stages ran with other settings than it has now.
    unknown
        Whether a side has no lock of DVC's: files are told apart by their figures alone.
    budgets
        The head's, in both.
    pictures
        Of the networks whose files differ; None where what they said is not at hand.
    """

    base: str
    commit: str
    settings: tuple[Setting, ...]
    artifacts: tuple[Compared, ...]
    same: int
    stale: int
    unknown: bool
    budgets: tuple[Held, ...]
    pictures: dict[str, Grid | None]


def compare(base: Revision, head: Revision, params: Params, *, remeasured: bool, scratch: Path) -> Comparison:
    """Compare two sides.

    Parameters
    ----------
    base, head
        The sides.
    params
        The head's settings.
    remeasured
        Whether to measure both sides' latency anew.
    scratch
        A folder for files of both.
    """
    before, after = side(base), side(head)
    if not after.names:
        raise RecordError(f"{head.name}: nothing is built", remedy="run: make repro")
    found = changes.artifacts(before, after)
    timed = params.benchmark if remeasured else None
    differing = {(one.network, one.recipe) for one in found}
    return Comparison(
        base=base.name,
        commit=base.commit,
        settings=tuple(changes.settings(base.yaml(paths.PARAMS), head.yaml(paths.PARAMS))),
        artifacts=tuple(_timed(one, base, head, timed, scratch) for one in found),
        same=len(after.names - differing),
        stale=head.stale(),
        unknown=not (before.files and after.files),
        budgets=limits.held(params.budgets, base, head),
        pictures=pictures.grids(base, head, found, scratch),
    )


def side(revision: Revision) -> Side:
    """Give what a revision says of its artifacts."""
    return Side(changes.metrics(revision.yaml(paths.METRICS)), revision.artifacts())


def _timed(one: Artifact, base: Revision, head: Revision, timed: Benchmark | None, scratch: Path) -> Compared:
    """Time both sides of an artifact in turn where that says something."""
    if one.status != "changed" or one.same_file:
        return Compared(one, untimed="same file" if one.same_file else "")
    if timed is None:
        return Compared(one, untimed=NOT_COMPARABLE)
    path = paths.artifact(one.network, one.recipe)
    for revision, folder in ((base, "base"), (head, "head")):
        if not revision.fetch(path, scratch / folder / path):
            return Compared(one, untimed=f"no file of {revision.name}")
    return Compared(one, remeasure(scratch / "base" / path, scratch / "head" / path, timed))
