"""Units of work: what one worker builds by itself."""

from pathlib import Path

import pytest

from litemill.fanout import units
from litemill.ground.errors import SettingsError
from litemill.settings import params

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def in_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("most", [0, 1, 2, 100])
def test_a_unit_stands_behind_those_that_it_waits_for(most: int) -> None:
    done: set[str] = set()
    for one in units.units(params.load(), most):
        assert set(one.after) <= done
        assert one.name not in done
        done.add(one.name)


@pytest.mark.parametrize("most", [0, 2])
def test_every_stage_of_a_network_is_some_units_or_comes_before_it(most: int) -> None:
    settings = params.load()
    targets = [target for one in units.units(settings, most) for target in one.targets]
    assert len(set(targets)) == len(targets)
    for network in settings.networks:
        ends = {target.split(":")[1] for target in targets if target.startswith(f"pipelines/{network}/")}
        assert {"validate", "variants", "benchmark", "recommend"} <= ends


def test_only_what_measures_time_needs_a_quiet_host() -> None:
    for one in units.units(params.load()):
        assert (one.needs == units.BENCH) == any(target.endswith(":benchmark") for target in one.targets)


def test_a_network_of_many_recipes_is_cut_and_its_conversions_are_each_in_one_part() -> None:
    settings = params.load()
    found = {one.name: one for one in units.units(settings, 3)}
    parts = [found[f"magenta_transfer.{number}"] for number in (1, 2, 3)]
    assert [len(part.targets) for part in parts] == [3, 3, 1]
    assert [part.after for part in parts] == [("sources.all",), ("magenta_transfer.1",), ("magenta_transfer.1",)]
    made = [target.split("@")[1] for part in parts for target in part.targets]
    assert made == list(settings.built_with("magenta_transfer"))
    assert found["magenta_transfer"].after == ("magenta_transfer.1", "magenta_transfer.2", "magenta_transfer.3")


def test_a_transfer_network_waits_for_the_predict_network_only_where_they_are_paired() -> None:
    found = {one.name: one for one in units.units(params.load())}
    assert found["magenta_transfer"].after == ("sources.all",)
    assert found["magenta_transfer.endtoend"].after == ("magenta_transfer", "magenta_predict")


def test_an_unknown_unit_is_answered_with_the_nearest() -> None:
    with pytest.raises(SettingsError, match=r"did you mean 'magenta_predict\.benchmark'"):
        units.unit("magenta_predict.bench", params.load())
