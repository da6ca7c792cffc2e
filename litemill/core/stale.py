"""What earlier settings left behind: outputs, and entries of DVC's lock files."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML

from litemill.core import files, paths
from litemill.core.params import Params

# where a network has a file or a folder of its own name
PLACES = (paths.GRAPHS, paths.SAMPLES, paths.REFERENCES, paths.BASELINES, paths.OUTPUTS, paths.MODELS)
RECOMMENDED = ("cpu", "gpu")


def outputs(params: Params) -> list[Path]:
    """Give the outputs of networks, recipes and sources that `params` does not name, in order."""
    return sorted({*_of_networks(params), *_of_recipes(params), *_of_sources(params)})


def entries(params: Params) -> dict[Path, list[str]]:
    """Give, by lock file, the stages that it holds and its dvc.yaml does not make."""
    known = {Path("dvc.lock"): {f"fetch@{name}" for name in params.fetch}}
    known[Path("dvc.lock")] |= {f"endtoend@{name}" for name in params.bottleneck_from}
    for name in params.networks:
        known[paths.pipeline(name).with_suffix(".lock")] = {f"convert@{recipe}" for recipe in params.built_with(name)}
    found = {}
    for lock, stages in known.items():
        if lock.is_file():
            held = (YAML(typ="safe").load(lock) or {}).get("stages", {})
            beside = lock.with_suffix(".yaml")
            made = YAML(typ="safe").load(beside)["stages"] if beside.is_file() else held
            gone = [name for name in held if name not in (stages if "@" in name else made)]
            if gone:
                found[lock] = gone
    return found


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
    files.write(lock, text.getvalue().encode())


def _of_networks(params: Params) -> Iterator[Path]:
    places = [place for folder in PLACES for place in folder.glob("*")]
    places += [place for target in RECOMMENDED for place in paths.RECOMMENDED.joinpath(target).glob("*")]
    places += [place for stage in _kinds("*") for place in stage.glob("*")]
    for place in places:
        if place.stem not in params.networks and place != paths.RECOMMENDED:
            yield place


def _kinds(pattern: str) -> Iterator[Path]:
    """Give the folders of records that are by network."""
    kinds = {"benchmark", "convert", "endtoend", "recommend", "rewriting", "validate"}
    return (folder for folder in paths.RECORDS.glob(pattern) if folder.name in kinds)


def _of_recipes(params: Params) -> Iterator[Path]:
    for network in params.networks:
        recipes = params.built_with(network)
        for folder in (paths.MODELS / network, paths.RECORDS / "convert" / network):
            yield from (path for path in folder.glob("*") if path.stem not in recipes)


def _of_sources(params: Params) -> Iterator[Path]:
    yield from (path for path in paths.SOURCES.glob("*") if path.name not in params.fetch)
