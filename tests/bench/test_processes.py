"""Intervals over processes, drift, and comparisons that say faster, slower, or nothing."""

import numpy as np
import pytest

from litemill.bench.statistics import compare, summarize


def test_the_median_lies_in_its_interval() -> None:
    found = summarize([10.0, 10.2, 9.9, 10.1, 10.05])
    assert found.median_ms == 10.05
    assert found.low_ms is not None
    assert found.high_ms is not None
    assert found.low_ms < found.median_ms < found.high_ms
    assert found.spread == pytest.approx(0.1 / 10.05)


def test_one_process_has_no_interval() -> None:
    found = summarize([10.0])
    assert (found.median_ms, found.low_ms, found.high_ms) == (10.0, None, None)


def test_an_interval_holds_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(5)
    held = 0
    for _ in range(2000):
        found = summarize((20 * np.exp(random.normal(0, 0.05, 5))).tolist())
        assert found.low_ms is not None
        assert found.high_ms is not None
        held += found.low_ms <= 20 <= found.high_ms
    assert 0.93 < held / 2000 < 0.97


def test_processes_that_get_slower_drift() -> None:
    assert summarize([10.0, 10.5, 11.0, 11.5, 12.0]).drift == pytest.approx(0.2)
    assert summarize([12.0, 11.5, 11.0, 10.5, 10.0]).drift < 0
    assert summarize([10.0, 12.0]).drift == 0  # of two nobody knows


@pytest.mark.parametrize(
    ("second", "change"),
    [
        ([8.0, 8.1, 7.9, 8.05, 7.95], "faster"),
        ([12.0, 12.1, 11.9, 12.05, 11.95], "slower"),
        ([10.1, 9.9, 10.2, 10.0, 9.8], "no difference shown"),
        ([9.0, 7.0, 12.0, 8.0, 11.0], "no difference shown"),  # the median is less, and nothing is shown by it
        ([5.0], "no difference shown"),
    ],
)
def test_a_change_is_said_only_where_the_interval_shows_it(second: list[float], change: str) -> None:
    found = compare([10.0, 10.1, 9.9, 10.05, 9.95], second)
    assert found.change == change
    if found.low is not None and found.high is not None:
        assert (found.low <= 1 <= found.high) == (change == "no difference shown")


def test_noise_alone_is_hardly_ever_a_change() -> None:
    random = np.random.default_rng(6)
    said = [compare(*np.exp(random.normal(3, 0.05, (2, 5)))).change for _ in range(1000)]
    assert said.count("no difference shown") > 930
    assert set(said) == {"no difference shown", "faster", "slower"}


def test_times_that_are_all_the_same_compare() -> None:
    assert compare([10.0, 10.0], [10.0, 10.0]).change == "no difference shown"
    assert compare([10.0, 10.0], [9.0, 9.0]).change == "faster"
