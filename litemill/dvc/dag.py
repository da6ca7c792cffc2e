"""The stages of a build and what each stands on, read from the files of DVC that are written here."""

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath

from litemill.dvc import files
from litemill.ground import project
from litemill.settings import reader

StageGraph = dict[str, frozenset[str]]


def load() -> StageGraph:
    """Return every stage by DVC's name of it, with all stages that it stands on.

    The names are those of DVC's output: `report`, `pipelines/NETWORK/dvc.yaml:convert@int8`.
    """
    params = reader.read(project.PARAMS, dict)
    reads: dict[str, list[str]] = {}
    writers: dict[str, set[str]] = {}
    for file in files.present():
        for name, body in files.stages(file, params):
            address = name if file == project.ROOT else f"{file}:{name}"
            folder = file.parent / body.get("wdir", ".")
            reads[address] = _paths(folder, body.get("deps", []))
            for out in _paths(folder, [one for kind in ("outs", "metrics", "plots") for one in body.get(kind, [])]):
                # a folder is read with all that is written below it
                for place in (out, *map(str, PurePosixPath(out).parents)):
                    writers.setdefault(place if place == out else f"{place}/", set()).add(address)
    direct = {address: {one for path in read for one in _written(path, writers)} for address, read in reads.items()}
    found: StageGraph = {}
    for address in direct:
        _stand_on(address, direct, found)
    return found


def needed(way: StageGraph, targets: Collection[str]) -> frozenset[str]:
    """Return the stages that `dvc repro` looks at for its targets; without any, for those of the root's file."""
    wanted = {name for name in way if (any(map(name.startswith, targets)) if targets else ":" not in name)}
    return frozenset(wanted).union(*(way[name] for name in wanted))


def _paths(folder: Path, entries: Collection[str | dict[str, object]]) -> list[str]:
    """Return paths from the root; an entry may have settings of its own: `{path: {cache: false}}`."""
    names = (entry if isinstance(entry, str) else next(iter(entry)) for entry in entries)
    return [Path(os.path.normpath(folder / name)).as_posix() for name in names]


def _written(path: str, writers: Mapping[str, set[str]]) -> Iterator[str]:
    """Return the stages that write a path, something below it, or a folder that holds it."""
    for place in (f"{path}/", path, *map(str, PurePosixPath(path).parents)):
        yield from writers.get(place, ())


def _stand_on(address: str, direct: Mapping[str, Collection[str]], found: StageGraph) -> frozenset[str]:
    """Find all stages below one, and below those."""
    if address not in found:
        found[address] = frozenset()  # DVC is who complains of a circle
        found[address] = frozenset(direct[address]).union(*(_stand_on(one, direct, found) for one in direct[address]))
    return found[address]
