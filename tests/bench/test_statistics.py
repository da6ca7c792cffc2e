"""What a list of times says."""

import pytest

from litemill.bench.statistics import latency


def test_median_p95_and_spread_are_those_of_the_times() -> None:
    found = latency(2, [float(ms) for ms in range(1, 102)])
    assert (found.threads, found.median_ms, found.p95_ms) == (2, 51, 96)
    assert found.spread == pytest.approx(50 / 51)


def test_one_slow_run_moves_the_median_and_the_spread_of_many_little() -> None:
    found = latency(1, [10.0] * 20 + [1000.0])
    assert (found.median_ms, found.spread) == (10, 0)


def test_one_time_is_its_own_median() -> None:
    found = latency(1, [3.0])
    assert (found.median_ms, found.p95_ms, found.spread) == (3, 3, 0)


def test_the_order_of_the_times_does_not_count() -> None:
    assert latency(1, [3.0, 1.0, 2.0, 9.0]) == latency(1, [9.0, 2.0, 3.0, 1.0])


def test_times_of_nothing_have_no_spread() -> None:
    assert latency(1, [0.0, 0.0]).spread == 0
