"""A large build in slices: what is in which, and in which order."""

from pathlib import Path

import pytest
import yaml

from litemill.core import paths
from litemill.progress import slices, way

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def stages_of(targets: list[str], found: way.Way) -> list[str]:
    """Give the stages of DVC's targets, in the order in which it takes them: a file's as they stand in it."""
    names: list[str] = []
    for target in targets:
        inside = yaml.safe_load(Path(target).read_text())["stages"] if target.endswith(".yaml") else ()
        names += [f"{target}:{name}" for name in inside] or [target]
    return [stage for name in names for stage in found if stage == name or stage.startswith(f"{name}@")]


def cut(monkeypatch: pytest.MonkeyPatch, most: int) -> list[list[str]]:
    monkeypatch.setattr(slices, "MOST", most)
    found = way.load()
    return slices.slices(found, way.needed(found, []))


def test_a_build_of_few_stages_is_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cut(monkeypatch, len(way.load())) == []


@pytest.mark.parametrize("most", [5, 30])
def test_every_stage_is_in_one_slice_behind_all_that_it_stands_on(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    found, done = way.load(), set[str]()
    for targets in cut(monkeypatch, most):
        for stage in stages_of(targets, found):
            assert stage not in done
            done.add(stage)
            assert found[stage] <= done
    assert done == set(found)


def test_networks_share_a_slice_as_far_as_it_is_not_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    files = sorted(map(str, (paths.pipeline(name) for name in ("deeplab_dm05_pascal", "deeplab_mnv2_pascal"))))
    assert [part[:2] for part in cut(monkeypatch, 30)][:2] == [["plan", "fetch"], files]
    assert [part[:2] for part in cut(monkeypatch, 5)][1] == files[:1]


def test_what_stands_on_several_networks_comes_behind_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cut(monkeypatch, 30)[-1] == ["endtoend", "gallery", "gate", "report"]
