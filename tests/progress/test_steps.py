"""A build in steps: what is in which slice, in which order, and what is built side by side."""

from pathlib import Path

import pytest
import yaml

from litemill.core import paths, threads
from litemill.core.units import TIMED
from litemill.progress import steps, way

ROOT = Path(__file__).parents[2]
NETWORKS = ("deeplab_dm05_pascal", "deeplab_mnv2_pascal", "magenta_predict", "magenta_transfer")


@pytest.fixture(autouse=True)
def at_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Have all networks built, and a machine of two cores."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(paths, "GRAPHS", tmp_path)
    monkeypatch.setattr(threads, "CORES", 2)
    for network in NETWORKS:
        paths.graph(network).parent.mkdir()
        paths.graph(network).touch()


def stages_of(targets: list[str], found: way.Way) -> list[str]:
    """Give the stages of DVC's targets, in the order in which it takes them: a file's as they stand in it."""
    names: list[str] = []
    for target in targets:
        inside = yaml.safe_load(Path(target).read_text())["stages"] if target.endswith(".yaml") else ()
        names += [f"{target}:{name}" for name in inside] or [target]
    return [stage for name in names for stage in found if stage == name or stage.startswith(f"{name}@")]


def planned() -> list[list[list[str]]]:
    found = way.load()
    return steps.steps(found, way.needed(found, []))


def cut(monkeypatch: pytest.MonkeyPatch, most: int) -> list[list[str]]:
    """Give the slices of a build of which nothing is built side by side."""
    monkeypatch.setattr(steps, "MOST", most)
    return [part for (part,) in planned()]


def forget(*networks: str) -> None:
    for network in networks:
        paths.graph(network).unlink()


def test_a_build_of_few_stages_is_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cut(monkeypatch, len(way.load())) == [steps.WHOLE]


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


def test_networks_of_which_nothing_is_built_are_built_side_by_side_ahead_of_all() -> None:
    forget(*NETWORKS)
    found, done = way.load(), set[str]()
    first, networks, *rest = planned()
    assert rest == [[steps.WHOLE]]
    assert first == [["plan", "fetch", "baselines"]]
    done |= set(stages_of(first[0], found))
    beside = [set(stages_of(part, found)) for part in networks]
    assert len(beside) == len(NETWORKS)
    for stages in beside:
        assert all(found[stage] <= done | stages for stage in stages)
    assert set.union(*beside) | done >= {f"{paths.pipeline(name)}:validate" for name in NETWORKS}


def test_what_is_timed_waits_until_nothing_else_runs() -> None:
    forget(*NETWORKS)
    _, networks, _ = planned()
    assert not {target.rpartition(":")[2] for part in networks for target in part} & {*TIMED}


def test_networks_that_are_built_are_left_to_the_step_behind() -> None:
    forget("magenta_predict", "magenta_transfer")
    _, networks, _ = planned()
    assert [{Path(target.partition(":")[0]).parent.name for target in part} for part in networks] == [
        {"magenta_transfer"},
        {"magenta_predict"},
    ]


def test_one_new_network_or_one_core_gains_nothing_by_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    forget("magenta_predict")
    assert planned() == [[steps.WHOLE]]
    forget("magenta_transfer")
    monkeypatch.setattr(threads, "CORES", 1)
    assert planned() == [[steps.WHOLE]]
