"""The stages of a build, as DVC itself sees them."""

import re
import subprocess
from pathlib import Path

import pytest

from litemill.dvc import dag

ROOT = Path(__file__).parents[2]
NETWORK = "pipelines/magenta_predict/dvc.yaml"


@pytest.fixture(autouse=True)
def at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def dvc(*arguments: str) -> str:
    return subprocess.run(["dvc", *arguments], check=True, capture_output=True, text=True, timeout=120).stdout


def test_every_stage_is_known_by_the_name_that_dvc_prints() -> None:
    assert sorted(dag.load()) == sorted(dvc("stage", "list", "--all", "--name-only").split())


def test_a_stage_stands_on_what_dvc_makes_it_stand_on() -> None:
    below: dict[str, set[str]] = {}
    for lower, upper in re.findall(r'"(.+)" -> "(.+)";', dvc("dag", "--dot")):
        below.setdefault(upper, set()).add(lower)
    found = dag.load()
    for stage, stands_on in found.items():
        assert stands_on == below.get(stage, set()).union(*(found[one] for one in below.get(stage, ())))


def test_without_targets_everything_that_the_root_needs_is_counted() -> None:
    found = dag.load()
    assert dag.needed(found, []) == frozenset(found)


def test_of_a_target_what_it_stands_on_is_counted_and_nothing_else() -> None:
    found = dag.needed(dag.load(), [f"{NETWORK}:convert@int8"])
    beside = {f"{NETWORK}:{name}" for name in ("freeze", "samples", "convert@int8")}
    assert found == {"plan", "fetch@magenta_mobile", *beside}


def test_a_file_of_stages_and_the_name_of_a_group_are_targets_too() -> None:
    found = dag.load()
    assert dag.needed(found, [NETWORK]) > dag.needed(found, [f"{NETWORK}:convert"])
    assert f"{NETWORK}:convert@fp32" in dag.needed(found, [f"{NETWORK}:convert"])
