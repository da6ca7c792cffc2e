"""A build in steps: networks that are new side by side, and a large build in slices, each by a DVC of its own.

With `--single-item` DVC loads no files but those of its targets, and takes the order in which it is told. So a slice
has the files of a few networks, behind what they stand on, ahead of what stands on them; it bounds the memory in which
DVC keeps what it learned of each stage. And networks of which nothing is built yet are built in lanes, all but what is
timed: for that the machine has to be quiet, and it comes behind.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from litemill.core import paths, threads
from litemill.core.units import TIMED
from litemill.progress.way import Way

# stages; as many as are built in one piece
MOST = 128
# as many networks are built at a time: much of a conversion computes on one core, and each takes memory of its own
LANES = 2

Slice = list[str]
# all that is needed, by one DVC
WHOLE: Slice = []


def steps(way: Way, needed: Collection[str]) -> list[list[Slice]]:
    """Give the steps of a build, in order: the targets of each slice of a step, which may be built side by side.

    A file is one target, since DVC reads a file anew for each; so are the stages of a `foreach`.
    """
    # what stands on another stage stands on all that this one does, and on one more
    order = sorted(needed, key=lambda stage: (len(way[stage]), stage))
    files = {file: [stage for stage in order if _file(stage) == file] for file in sorted({*map(_file, order)} - {""})}
    alone = {file: stages for file, stages in files.items() if not {*map(_file, _below(stages, way))} - {file, ""}}
    return [*_side_by_side(alone, order, way), *([one] for one in _slices(alone, order, way))]


def _side_by_side(alone: Mapping[str, Slice], order: Slice, way: Way) -> list[list[Slice]]:
    """Give what new networks stand on, then these in lanes, the longest first; nothing where none gains by it."""
    new = {file: [one for one in stages if _name(one) not in TIMED] for file, stages in alone.items() if _new(file)}
    if min(LANES, threads.CORES, len(new)) <= 1:
        return []
    below = _below([one for stages in new.values() for one in stages], way).difference(*new.values())
    first = _grouped(one for one in order if one in below)
    longest = sorted(new.values(), key=len, reverse=True)
    return [*([[first]] if first else []), [*map(_grouped, longest)]]


def _slices(alone: Mapping[str, Slice], order: Slice, way: Way) -> list[Slice]:
    """Give the slices of a build, which is a single one where it is of few stages."""
    if len(order) <= MOST:
        return [WHOLE]
    inside = {stage for stages in alone.values() for stage in stages}
    before = _below(inside, way) - inside
    first, last = ([one for one in order if one not in inside and (one in before) == early] for early in (True, False))
    return [part for part in (_grouped(first), *_packed(alone), _grouped(last)) if part]


def _file(stage: str) -> str:
    """Give the file of a stage, empty for the root's."""
    return stage.rpartition(":")[0]


def _name(stage: str) -> str:
    """Give what a stage is called in its file, those of a `foreach` alike."""
    return stage.rpartition(":")[2].partition("@")[0]


def _new(file: str) -> bool:
    """Tell whether nothing is built yet of a network's file."""
    return not paths.graph(Path(file).parent.name).exists()


def _below(stages: Collection[str], way: Way) -> frozenset[str]:
    return frozenset[str]().union(*(way[stage] for stage in stages))


def _packed(files: Mapping[str, Slice]) -> Iterator[Slice]:
    """Put together files until they have too many stages."""
    pack: Slice = []
    count = 0
    for file, stages in files.items():
        if pack and count + len(stages) > MOST:
            yield pack
            pack, count = [], 0
        pack.append(file)
        count += len(stages)
    yield pack


def _grouped(stages: Iterable[str]) -> Slice:
    """Name the stages of a `foreach` by it, once."""
    return list(dict.fromkeys(stage.partition("@")[0] for stage in stages))
