"""A large build in slices, each by a DVC of its own.

DVC keeps in memory what it learned of each stage that it loads or runs. With `--single-item` it loads no files but
those of its targets, and takes the order in which it is told: so a slice has the files of a few networks, behind what
they stand on, ahead of what stands on them.
"""

from collections.abc import Collection, Iterator

from litemill.progress.way import Way

# stages; as many as are built in one piece
MOST = 128


def slices(way: Way, needed: Collection[str]) -> list[list[str]]:
    """Give the targets of each slice, in order; none where all that is needed is few enough for one DVC.

    A file is one target, since DVC reads a file anew for each; so are the stages of a `foreach` in the root's.
    """
    if len(needed) <= MOST:
        return []
    # what stands on another stage stands on all that this one does, and on one more
    order = sorted(needed, key=lambda stage: (len(way[stage]), stage))
    files = {file: [stage for stage in order if _file(stage) == file] for file in sorted({*map(_file, order)} - {""})}
    alone = {file: stages for file, stages in files.items() if not {*map(_file, _below(stages, way))} - {file, ""}}
    inside = {stage for stages in alone.values() for stage in stages}
    before = _below(inside, way) - inside
    first, last = ([one for one in order if one not in inside and (one in before) == early] for early in (True, False))
    return [[*_grouped(first)], *_packed(alone), [*_grouped(last)]]


def _file(stage: str) -> str:
    """Give the file of a stage, empty for the root's."""
    return stage.rpartition(":")[0]


def _below(stages: Collection[str], way: Way) -> frozenset[str]:
    return frozenset[str]().union(*(way[stage] for stage in stages))


def _packed(files: dict[str, list[str]]) -> Iterator[list[str]]:
    """Put together files until they have too many stages."""
    pack: list[str] = []
    count = 0
    for file, stages in files.items():
        if pack and count + len(stages) > MOST:
            yield pack
            pack, count = [], 0
        pack.append(file)
        count += len(stages)
    yield pack


def _grouped(stages: Collection[str]) -> dict[str, None]:
    """Name the stages of a `foreach` in the root's file by it, once."""
    return dict.fromkeys(stage if _file(stage) else stage.partition("@")[0] for stage in stages)
