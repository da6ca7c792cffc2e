"""What is left of a build, and how long it takes."""

from pathlib import Path

import pytest

from litemill.dvc import progress
from litemill.dvc.progress import Forecast

WAY = {"a": frozenset[str](), "b": frozenset(["a"]), "c": frozenset(["a", "b"]), "other": frozenset[str]()}


class Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def built(clock: Clock, **seconds: float) -> Forecast:
    """Build stages one after another, each in so many seconds."""
    found = Forecast(WAY, WAY, clock)
    for name, lasts in seconds.items():
        found.begin(name)
        clock.now += lasts
    found.end()
    found.save()
    return found


def test_what_is_left_is_counted_down() -> None:
    found = Forecast(WAY, WAY, Clock())
    assert (found.total, found.left) == (4, 4)
    found.pass_by("a")
    found.begin("b")
    assert (found.left, found.current) == (2, ["b"])


def test_what_stands_on_a_stage_that_runs_takes_as_long_as_the_last_time() -> None:
    clock = Clock()
    built(clock, a=10, b=20, c=30, other=40)
    found = Forecast(WAY, WAY, clock)
    assert found.remaining == (0, True)
    found.begin("b")
    assert found.remaining == (50, True)
    clock.now += 5
    assert found.remaining == (45, True)
    clock.now += 95
    assert found.remaining == (30, True)


def test_stages_side_by_side_each_have_their_time() -> None:
    clock = Clock()
    built(clock, a=10, other=40)
    found = Forecast(WAY, WAY, clock)
    found.begin("other", lane=1)
    clock.now += 4
    found.begin("a")
    clock.now += 5
    assert found.current == ["a", "other"]
    assert found.remaining == (5 + 31, False)
    found.pass_by("b")
    assert found.current == ["other"]
    clock.now += 1
    found.end(lane=1)
    found.save()
    assert found.current == []
    assert progress.load() == {"a": 5, "other": 10}


def test_what_never_ran_here_makes_the_time_a_least() -> None:
    clock = Clock()
    built(clock, a=10, b=20)
    found = Forecast(WAY, WAY, clock)
    found.begin("a")
    assert found.remaining == (30, False)


def test_a_stage_that_did_not_end_well_keeps_the_time_that_it_took_before() -> None:
    clock = Clock()
    built(clock, a=10)
    found = Forecast(WAY, WAY, clock)
    found.begin("a")
    clock.now += 3
    found.save()
    assert progress.load() == {"a": 10}


def test_of_stages_that_are_no_more_nothing_is_kept() -> None:
    clock = Clock()
    built(clock, a=10, other=5)
    Forecast({"a": frozenset()}, ["a"], clock).save()
    assert progress.load() == {"a": 10}


def test_a_damaged_memory_is_as_good_as_none() -> None:
    progress.LAST.parent.mkdir(parents=True)
    progress.LAST.write_bytes(b'{"a": "long"}')
    assert progress.load() == {}
