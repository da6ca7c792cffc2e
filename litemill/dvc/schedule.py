"""A build in parts: networks that are new side by side, and a large build in slices, each by a DVC of its own.

With `--single-item` DVC loads no files but those of its targets, and takes the order in which it is told. So a slice
has the files of a few networks, behind what they stand on, ahead of what stands on them; it bounds the memory in which
DVC keeps what it learned of each stage. And networks of which nothing is built yet are built in lanes, all but what is
timed: for that the machine has to be quiet, and it comes behind.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from litemill.dvc.dag import StageGraph
from litemill.ground import process, project

# the stages of a network that time files on this host, and what stands on them
TIMED = ("benchmark", "recommend")


# stages; as many as are built in one piece
MOST = 128


# as many networks are built at a time: much of a conversion computes on one core, and each takes memory of its own
LANES = 2


# DVC's addresses of stages
Targets = list[str]


# all that is needed
WHOLE: Targets = []


class Part(NamedTuple):
    """What one DVC builds of a build.

    Parameters
    ----------
    targets
        Its targets, in order. A file is one, since DVC reads a file anew for each; so are the stages of a `foreach`.
    after
        The places of the parts that have to be done ahead of it; the others may be built beside it.
    """

    targets: Targets
    after: frozenset[int] = frozenset()


def parts(way: StageGraph, needed: Collection[str]) -> list[Part]:
    """Return the parts of a build, in the order in which they are best begun."""
    # what stands on another stage stands on all that this one does, and on one more
    order = sorted(needed, key=lambda stage: (len(way[stage]), stage))
    files = {file: [stage for stage in order if _file(stage) == file] for file in sorted({*map(_file, order)} - {""})}
    alone = {file: stages for file, stages in files.items() if not {*map(_file, _below(stages, way))} - {file, ""}}
    found = _side_by_side(alone, order, way)
    for targets in _slices(alone, order, way):
        found.append(Part(targets, frozenset(range(len(found)))))
    return found


def _side_by_side(alone: Mapping[str, Targets], order: Targets, way: StageGraph) -> list[Part]:
    """Return what new networks stand on, these, the longest first, and what stands on them; nothing if none gains.

    What is timed is not among it, and nothing that stands on that. A network is cut in two, so that none is left alone
    at the end for long.
    """
    new = [[one for one in stages if _name(one) not in TIMED] for file, stages in alone.items() if _new(file)]
    if min(LANES, process.CORES, len(new)) <= 1:
        return []
    below = _below([one for stages in new for one in stages], way).difference(*new)
    early, late = zip(*map(_halves, sorted(new, key=len, reverse=True)), strict=True)
    inside = below.union(*new)
    behind = [one for one in order if not _file(one) and way[one] <= inside and not way[one] <= below]
    # a part that waits for several goes ahead of those that nothing waits for
    pieces = [[one for one in order if one in below], *early, *([one] for one in behind), *late]
    pieces = [stages for stages in pieces if stages]
    made = {stage: place for place, stages in enumerate(pieces) for stage in stages}
    waits = [{made[one] for stage in stages for one in way[stage]} for stages in pieces]
    return [
        # of the stages of a `foreach` each may wait for others
        Part(stages if len(stages) == 1 else _grouped(stages), frozenset(waits[place] - {place}))
        for place, stages in enumerate(pieces)
    ]


def _halves(stages: Targets) -> tuple[Targets, Targets]:
    """Cut stages in two; those of a `foreach` stay together."""
    names = _grouped(stages)
    first = names[: (len(names) + 1) // 2]
    early, late = ([one for one in stages if (one.partition("@")[0] in first) == now] for now in (True, False))
    return early, late


def _slices(alone: Mapping[str, Targets], order: Targets, way: StageGraph) -> list[Targets]:
    """Return the slices of a build, which is a single one where it is of few stages."""
    if len(order) <= MOST:
        return [WHOLE]
    inside = {stage for stages in alone.values() for stage in stages}
    before = _below(inside, way) - inside
    first, last = ([one for one in order if one not in inside and (one in before) == early] for early in (True, False))
    return [part for part in (_grouped(first), *_packed(alone), _grouped(last)) if part]


def _file(stage: str) -> str:
    """Return the file of a stage, empty for the root's."""
    return stage.rpartition(":")[0]


def _name(stage: str) -> str:
    """Return what a stage is called in its file, those of a `foreach` alike."""
    return stage.rpartition(":")[2].partition("@")[0]


def _new(file: str) -> bool:
    """Tell whether nothing is built yet of a network's file."""
    return not project.graph(Path(file).parent.name).exists()


def _below(stages: Collection[str], way: StageGraph) -> frozenset[str]:
    return frozenset[str]().union(*(way[stage] for stage in stages))


def _packed(files: Mapping[str, Targets]) -> Iterator[Targets]:
    """Put together files until they have too many stages."""
    pack: Targets = []
    count = 0
    for file, stages in files.items():
        if pack and count + len(stages) > MOST:
            yield pack
            pack, count = [], 0
        pack.append(file)
        count += len(stages)
    yield pack


def _grouped(stages: Iterable[str]) -> Targets:
    """Name the stages of a `foreach` by it, once."""
    return list(dict.fromkeys(stage.partition("@")[0] for stage in stages))
