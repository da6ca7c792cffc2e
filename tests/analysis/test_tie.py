"""Latencies that count as the same, and those that do not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from litemill.analysis.weighing import faster, tied
from litemill.bench.statistics import latency
from litemill.records.cost import Latency


def ms(median: float, spread: float = 0.0) -> Latency:
    return Latency(1, median, median, spread)


def test_a_small_share_is_the_same_whatever_the_spread() -> None:
    assert tied(ms(100), ms(104.9), 50, 0.05)
    assert not tied(ms(100), ms(105.1), 50, 0.05)
    assert faster(ms(100), ms(105.1), 50, 0.05)


def test_noise_makes_equal_and_more_runs_tell_apart() -> None:
    one, other = ms(100, 0.2), ms(120, 0.2)
    assert tied(one, other, 7, 0.0)
    assert not tied(one, other, 70, 0.0)


@given(*[st.tuples(st.floats(0.01, 1e4), st.floats(0, 2)) for _ in range(2)], st.integers(1, 100), st.floats(0, 1))
def test_of_two_files_one_is_faster_or_they_tie(
    one: tuple[float, float], other: tuple[float, float], rounds: int, share: float
) -> None:
    first, second = ms(*one), ms(*other)
    said = [
        faster(first, second, rounds, share),
        faster(second, first, rounds, share),
        tied(first, second, rounds, share),
    ]
    assert sum(said) == 1
    assert tied(first, second, rounds, share) == tied(second, first, rounds, share)


@pytest.mark.parametrize("rounds", [7, 21, 51])
def test_the_same_file_timed_twice_ties_nearly_always(rounds: int) -> None:
    random = np.random.default_rng(1)
    runs = 20 + random.gamma(2, 2, (400, 2, rounds))  # skewed, as times are
    ties = [tied(latency(1, one), latency(1, other), rounds, 0.05) for one, other in runs]
    assert np.mean(ties) > 0.93
