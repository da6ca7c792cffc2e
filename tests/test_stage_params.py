"""The whole way on real weights in one process: what each stage reads of the settings, and what it writes.

One picture of each kind, and as few recipes as reach every stage.
"""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from clones import ONE_PICTURE, ONE_RUN, Clone
from devices import tool_standin

from litemill.devices import transport
from litemill.ground import project
from litemill.records import store
from litemill.records.accuracy import Paired, Validated
from litemill.settings import params, pieces
from litemill.settings.params import Params

pytestmark = pytest.mark.build
RECIPES = {
    "deeplab_dm05_pascal": ["fp32", "int8"],
    "magenta_predict": ["fp32"],
    "magenta_transfer": ["fp32", "int8"],
}

ORDER = (
    *("plan", "fetch", "baselines", "freeze", "samples", "reference", "variants", "convert", "validate", "endtoend"),
    *("benchmark", "phones", "recommend", "gate", "gallery", "report"),
)
BASELINE = "official_deeplabv3_257"


class Reading:
    """The whole of the settings, as the report reads it, which notes what is read of it."""

    def __init__(self, read: Params, keys: set[str]) -> None:
        self._read, self._keys = read, keys

    def __getattr__(self, name: str) -> object:
        found: object = getattr(self._read, name)
        self._keys.update({"networks", "recipes"} if callable(found) else {name})
        return found


class Run(NamedTuple):
    """One stage of the pipeline that was run: the pieces of params.yaml that it names and reads, and what it wrote."""

    declared: set[str]
    read: set[str]
    outs: set[str]
    written: set[str]


def smaller(clone: Clone) -> None:
    whole = clone.params
    networks = {name: whole["networks"][name] | {"recipes": RECIPES[name]} for name in RECIPES}
    recipes = {name: whole["recipes"][name] for name in ("fp32", "int8")}
    recipes["int8"] = recipes["int8"] | {"calibration_samples": 1}
    clone.set(
        whole
        | {
            "networks": networks,
            "recipes": recipes,
            "images": ONE_PICTURE,
            "benchmark": ONE_RUN,
            "gallery": whole["gallery"][:1],
            "targets": {"here": {"host": True, "configurations": [{"threads": 1}], "processes": 1, "pause_s": 0}},
            "tool": {transport.host_abi(): {"file": str(tool_standin.write(clone.root.parent / "tool"))}},
        }
    )


def pipeline(clone: Clone) -> Iterator[tuple[str, str, set[str], set[str]]]:
    """Return (name, command, pieces of params.yaml, outs) of every stage, as DVC understands dvc.yaml, in its order."""
    with importlib.import_module("dvc.repo").Repo(str(clone.root)) as repo:
        stages = [stage for stage in repo.index.stages if hasattr(stage, "addressing")]
        for stage in sorted(stages, key=lambda one: ORDER.index(one.name.partition("@")[0])):
            read = [Path(one.fs_path).relative_to(clone.root) for one in stage.deps]
            pieces = {path.stem for path in read if path.parent == project.PIECES or path == project.PARAMS}
            yield stage.addressing, str(stage.cmd), pieces, {out.def_path for out in stage.outs}


def run(command: str) -> None:
    """Run a stage's function with the options of its command."""
    words = command.split()
    start = next(index for index, word in enumerate(words) if word.startswith("stages."))
    options = {
        name.removeprefix("--"): value for name, value in zip(words[start + 1 :: 2], words[start + 2 :: 2], strict=True)
    }
    module = importlib.import_module(words[start])
    getattr(module, words[start].removeprefix("stages."))(**options)


def written(clone: Clone) -> dict[str, tuple[int, int]]:
    """Return every file with what tells that it was written anew."""
    files = [path for path in clone.root.rglob("*") if path.is_file() and "/.dvc/" not in str(path)]
    return {str(path.relative_to(clone.root)): (path.stat().st_mtime_ns, path.stat().st_ino) for path in files}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    made = Clone(tmp_path_factory.mktemp("whole") / "clone")
    smaller(made)
    return made


@pytest.fixture(scope="module")
def runs(clone: Clone) -> Iterator[dict[str, Run]]:
    """Run every stage of the pipeline."""
    found = {}
    keys: set[str] = set()
    data, load = pieces.data, params.load

    def noted(name: str) -> bytes:
        keys.add(name)
        return data(name)

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(clone.root)
        patch.setattr(pieces, "data", noted)
        patch.setattr(params, "load", lambda: Reading(load(), keys))
        for name, command, declared, outs in list(pipeline(clone)):
            before = written(clone)
            keys.clear()
            run(command)
            changed = {path for path, state in written(clone).items() if before.get(path) != state}
            found[name] = Run(declared, set(keys), outs, changed)
        yield found


def covers(declared: str, key: str) -> bool:
    return declared in (key, project.PARAMS.stem)


def test_every_stage_of_the_pipeline_ran(runs: dict[str, Run]) -> None:
    assert {name.rpartition(":")[2].partition("@")[0] for name in runs} == set(ORDER)
    assert len([name for name in runs if ":convert@" in name]) == sum(map(len, RECIPES.values()))


def test_a_stage_declares_the_params_that_it_reads(runs: dict[str, Run]) -> None:
    missing = {
        name: [key for key in run.read if not any(covers(declared, key) for declared in run.declared)]
        for name, run in runs.items()
    }
    assert {name: keys for name, keys in missing.items() if keys} == {}


def test_a_stage_reads_the_params_that_it_declares(runs: dict[str, Run]) -> None:
    unread = {
        name: [declared for declared in run.declared if not any(covers(declared, key) for key in run.read)]
        for name, run in runs.items()
    }
    assert {name: keys for name, keys in unread.items() if keys} == {}


def test_a_stage_writes_its_outs_all_of_them_and_nothing_else(runs: dict[str, Run]) -> None:
    for name, run in runs.items():
        assert {path for path in run.written if not any(Path(path).is_relative_to(out) for out in run.outs)} == set(), (
            name
        )
        assert {out for out in run.outs if not any(Path(path).is_relative_to(out) for path in run.written)} == set(), (
            name
        )


def test_fp32_is_the_original(runs: dict[str, Run]) -> None:
    assert runs
    for network in RECIPES:
        found = store.load(Path("reports/records/validate", f"{network}.json"), Validated)
        fp32 = next(one for one in found.artifacts if one.name == "fp32").metrics
        assert fp32.get("label_agreement", 1) >= 0.9999
        assert fp32.get("psnr_db", 99) > 60
        assert fp32.get("bottleneck_cosine", 1) >= 0.99999


def test_the_bird_is_a_bird_to_the_original_and_to_each_recipe(runs: dict[str, Run]) -> None:
    assert runs
    found = store.load(Path("reports/records/validate/deeplab_dm05_pascal.json"), Validated)
    assert found.original["bird"] > 0.7
    assert {one.name for one in found.artifacts if one.class_iou["bird"] > 0.7} == {"fp32", "int8", BASELINE}


def test_pairs_are_judged_by_the_pictures_at_their_end(runs: dict[str, Run]) -> None:
    assert runs
    found = store.load(Path("reports/records/endtoend/magenta_transfer.json"), Paired)
    ours = {pair.name: pair for pair in found.pairs if not pair.baseline}
    assert set(ours) == {"fp32"}  # predict has no int8 here
    assert ours["fp32"].metrics["psnr_db"] > 60
    assert [pair.name for pair in found.pairs if pair.baseline]
