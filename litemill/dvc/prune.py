"""What earlier settings left behind: outputs, and entries of DVC's lock files."""

import io
import shutil
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from ruamel.yaml import YAML

from litemill.dvc import files
from litemill.ground import project
from litemill.ground.io import write
from litemill.settings.params import Params

# where a network has a file or a folder of its own name
PLACES = (
    *(project.GRAPHS, project.SAMPLES, project.REFERENCES, project.VARIANTS, project.BASELINES, project.OUTPUTS),
    project.MODELS,
)


RECOMMENDED = ("cpu", "gpu")


def outputs(params: Params) -> list[Path]:
    """Return the outputs of networks, recipes and sources that `params` does not name, in order."""
    return sorted({*_of_networks(params), *_of_recipes(params), *_of_sources(params)})


def entries(params: Params) -> dict[Path, list[str]]:
    """Return by lock file the stages that it holds and its dvc.yaml does not make."""
    each = {"fetch": params.fetch, "endtoend": params.bottleneck_from}
    made = {project.ROOT: _made({*files.templates(project.ROOT)}, each)}
    inside = {*files.templates(project.PIPELINE)}
    for name in params.networks:
        made[project.pipeline(name)] = _made(inside, {"convert": params.built_with(name)})
    gone = {files.lock(file): [one for one in files.locked(file) if one not in names] for file, names in made.items()}
    return {lock: names for lock, names in gone.items() if names}


def drop(path: Path) -> None:
    """Remove a file or a folder."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def forget(lock: Path, stages: list[str]) -> None:
    """Take stages out of a lock file, the rest left as DVC wrote it."""
    yaml = YAML()
    yaml.width = 1_000_000
    held = yaml.load(lock)
    for name in stages:
        del held["stages"][name]
    text = io.StringIO()
    yaml.dump(held, text)
    write(lock, text.getvalue().encode())


def _made(stages: set[str], each: Mapping[str, Collection[str]]) -> set[str]:
    """Return the names of a file's stages as a lock has them; `each` says for which items there is one."""
    found = {f"{name}@{item}" for name, items in each.items() for item in items}
    return found | (stages - each.keys())


def _of_networks(params: Params) -> Iterator[Path]:
    places = [place for folder in PLACES for place in folder.glob("*")]
    places += [place for target in RECOMMENDED for place in project.RECOMMENDED.joinpath(target).glob("*")]
    places += [place for stage in _kinds("*") for place in stage.glob("*")]
    for place in places:
        if place.stem not in params.networks and place != project.RECOMMENDED:
            yield place
    yield from (path for path in project.RECORDS.glob("endtoend/*") if path.stem not in params.bottleneck_from)


def _kinds(pattern: str) -> Iterator[Path]:
    """Return the folders of records that are by network."""
    kinds = {"benchmark", "convert", "endtoend", "recommend", "rewriting", "validate", "variant_facts"}
    return (folder for folder in project.RECORDS.glob(pattern) if folder.name in kinds)


def _of_recipes(params: Params) -> Iterator[Path]:
    for network in params.networks:
        recipes = params.built_with(network)
        for folder in (project.MODELS / network, project.RECORDS / "convert" / network):
            yield from (path for path in folder.glob("*") if path.stem not in recipes)


def _of_sources(params: Params) -> Iterator[Path]:
    yield from (path for path in project.SOURCES.glob("*") if path.name not in params.fetch)
