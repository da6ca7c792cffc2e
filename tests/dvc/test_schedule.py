"""A build in parts: what is in which slice, in which order, and what is built side by side."""

from pathlib import Path

import pytest
import yaml

from litemill.dvc import dag, schedule
from litemill.dvc.schedule import TIMED, Part
from litemill.ground import process, project

ROOT = Path(__file__).parents[2]
NETWORKS = ("deeplab_dm05_pascal", "deeplab_mnv2_pascal", "magenta_predict", "magenta_transfer")


@pytest.fixture(autouse=True)
def at_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Have all networks built, and a machine of two cores."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(project, "GRAPHS", tmp_path)
    monkeypatch.setattr(process, "CORES", 2)
    for network in NETWORKS:
        project.graph(network).parent.mkdir()
        project.graph(network).touch()


def stages_of(targets: list[str], found: dag.StageGraph) -> list[str]:
    """Return the stages of DVC's targets, in the order in which it takes them: a file's as they stand in it."""
    names: list[str] = []
    for target in targets:
        inside = yaml.safe_load(Path(target).read_text())["stages"] if target.endswith(".yaml") else ()
        names += [f"{target}:{name}" for name in inside] or [target]
    return [stage for name in names for stage in found if stage == name or stage.startswith(f"{name}@")]


def planned() -> list[Part]:
    found = dag.load()
    return schedule.parts(found, dag.needed(found, []))


def cut(monkeypatch: pytest.MonkeyPatch, most: int) -> list[list[str]]:
    """Return the slices of a build of which nothing is built side by side."""
    monkeypatch.setattr(schedule, "MOST", most)
    slices = planned()
    assert [part.after for part in slices] == [frozenset(range(place)) for place in range(len(slices))]
    return [part.targets for part in slices]


def forget(*networks: str) -> None:
    for network in networks:
        project.graph(network).unlink()


def test_a_build_of_few_stages_is_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cut(monkeypatch, len(dag.load())) == [schedule.WHOLE]


@pytest.mark.parametrize("most", [5, 30])
def test_every_stage_is_in_one_slice_behind_all_that_it_stands_on(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    found, done = dag.load(), set[str]()
    for targets in cut(monkeypatch, most):
        for stage in stages_of(targets, found):
            assert stage not in done
            done.add(stage)
            assert found[stage] <= done
    assert done == set(found)


def test_networks_share_a_slice_as_far_as_it_is_not_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    files = sorted(map(str, (project.pipeline(name) for name in ("deeplab_dm05_pascal", "deeplab_mnv2_pascal"))))
    assert [part[:2] for part in cut(monkeypatch, 30)][:2] == [["plan", "fetch"], files]
    assert [part[:2] for part in cut(monkeypatch, 5)][1] == files[:1]


def test_what_stands_on_several_networks_comes_behind_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cut(monkeypatch, 30)[-1] == ["endtoend", "gallery", "gate", "report"]


def test_what_may_be_built_side_by_side_stands_on_nothing_but_what_it_waits_for() -> None:
    forget(*NETWORKS)
    found = dag.load()
    *new, last = planned()
    assert last == Part(schedule.WHOLE, frozenset(range(len(new))))
    made = [set(stages_of(part.targets, found)) for part in new]
    for stages, part in zip(made, new, strict=True):
        assert all(found[stage] <= stages.union(*(made[place] for place in part.after)) for stage in stages)
    assert new[0] == Part(["plan", "fetch", "baselines"])
    assert [after for _, after in new[1:5]] == [{0}] * len(NETWORKS)
    assert [after for _, after in new[6:]] == [{0, place} for place in range(1, 5)]
    assert set.union(*made) >= {f"{project.pipeline(name)}:validate" for name in NETWORKS}


def test_what_stands_on_two_new_networks_waits_for_both() -> None:
    forget(*NETWORKS)
    *new, _ = planned()
    # its place among the parts is ahead of those that nothing waits for
    predict, transfer = (project.pipeline(name).as_posix() for name in ("magenta_predict", "magenta_transfer"))
    makers = {
        place
        for place, part in enumerate(new)
        if {f"{transfer}:reference", f"{transfer}:convert", f"{predict}:convert"} & {*part.targets}
    }
    assert new[5:6] == [Part(["endtoend@magenta_transfer"], frozenset({0, *makers}))]
    assert len(makers) == 3


def test_what_is_timed_waits_until_nothing_else_runs() -> None:
    forget(*NETWORKS)
    *new, _ = planned()
    assert not {target.rpartition(":")[2] for part in new for target in part.targets} & {*TIMED, "gate", "report"}


def test_networks_that_are_built_are_left_to_the_part_behind() -> None:
    forget("magenta_predict", "deeplab_dm05_pascal")
    _, *networks, last = planned()
    assert [{Path(target.partition(":")[0]).parent.name for target in part.targets} for part in networks] == [
        {"deeplab_dm05_pascal"},
        {"magenta_predict"},
    ] * 2
    assert last.targets == schedule.WHOLE


def test_one_new_network_or_one_core_gains_nothing_by_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    forget("magenta_predict")
    assert planned() == [Part(schedule.WHOLE)]
    forget("magenta_transfer")
    monkeypatch.setattr(process, "CORES", 1)
    assert planned() == [Part(schedule.WHOLE)]
