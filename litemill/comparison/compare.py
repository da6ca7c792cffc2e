"""A comparison put together: the head in the working tree against a base revision."""

from pathlib import Path

import msgspec
import numpy as np

from litemill.analysis import changes
from litemill.analysis.changes import Artifact, Setting, Side
from litemill.bench import statistics
from litemill.bench.host import Job, Turn, measure
from litemill.bench.statistics import LatencyChange
from litemill.comparison import budgets as kept
from litemill.comparison import pictures
from litemill.comparison.budgets import Held
from litemill.dvc.revision import Revision
from litemill.ground import project
from litemill.ground.errors import RecordError
from litemill.render.grid import Grid
from litemill.settings.benchmark import Benchmark
from litemill.settings.params import Params

NOT_COMPARABLE = "not comparable"


class Compared(msgspec.Struct, frozen=True):
    """An artifact that differs, and its latency where it was measured anew, else why it was not."""

    artifact: Artifact
    timing: statistics.LatencyChange | None = None
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
        settings=tuple(changes.settings(base.yaml(project.PARAMS), head.yaml(project.PARAMS))),
        artifacts=tuple(_timed(one, base, head, timed, scratch) for one in found),
        same=len(after.names - differing),
        stale=head.stale(),
        unknown=not (before.files and after.files),
        budgets=kept.held(params.budgets, base, head),
        pictures=pictures.grids(base, head, found, scratch),
    )


def side(revision: Revision) -> Side:
    """Return what a revision says of its artifacts."""
    return Side(changes.metrics(revision.yaml(project.METRICS)), revision.artifacts())


def _timed(one: Artifact, base: Revision, head: Revision, timed: Benchmark | None, scratch: Path) -> Compared:
    """Time both sides of an artifact in turn where that says something."""
    if one.status != "changed" or one.same_file:
        return Compared(one, untimed="same file" if one.same_file else "")
    if timed is None:
        return Compared(one, untimed=NOT_COMPARABLE)
    path = project.artifact(one.network, one.recipe)
    for revision, folder in ((base, "base"), (head, "head")):
        if not revision.fetch(path, scratch / folder / path):
            return Compared(one, untimed=f"no file of {revision.name}")
    return Compared(one, remeasure(scratch / "base" / path, scratch / "head" / path, timed))


# even, so that each file is loaded first in half of them; benchmarks/remeasure.py shows how far these can be trusted
PROCESSES = 10


ROUNDS = 7


def remeasure(base: Path, head: Path, timed: Benchmark) -> LatencyChange:
    """Time two files in turn at one thread, in several processes that load them in either order by turns.

    A process says the median, over its rounds, of the head's time over the base's a moment earlier or later. The time
    is the processor's: what a run waits for on a machine that others use says nothing of the file.
    """
    ratios = []
    for number in range(PROCESSES):
        pair = (head, base) if number % 2 else (base, head)
        job = Job(tuple(str(path) for path in pair), (Turn(1, ROUNDS, timed.warmup),), "processor")
        first, second = (np.array(times) for times in measure(job).times_ms[0])
        ratios.append(float(np.median(first / second if number % 2 else second / first)))
    return statistics.paired(ratios)
