import os
import subprocess
import sys
import time
from typing import NoReturn

import pytest

from litemill.ground import process


def test_results_come_in_the_order_of_the_items_whichever_is_done_first() -> None:
    def later_first(item: int) -> int:
        time.sleep(0.02 if item == 0 else 0)
        return item * item

    assert process.each(later_first, iter(range(9))) == [item * item for item in range(9)]
    assert process.each(later_first, []) == []


def test_the_first_error_is_the_callers() -> None:
    def refuse(item: int) -> NoReturn:
        raise ValueError(item)

    with pytest.raises(ValueError, match="3"):
        process.each(refuse, [3, 4])


@pytest.mark.parametrize("cores", [1, 2, 3, 8])
@pytest.mark.parametrize("count", [0, 1, 5, 12])
def test_shares_hold_every_item_once_in_order_and_none_is_empty(
    cores: int, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "CORES", cores)
    shares = process.shares(range(count))
    assert [item for share in shares for item in share] == list(range(count))
    assert len(shares) == min(cores, count)
    assert all(shares)


@pytest.mark.parametrize("said", ["1", "3", "64", "0", "2,1", ""])
def test_a_worker_says_how_many_threads_it_is_for(said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from litemill.ground import process; print(process.CORES)"],
        env={"OMP_NUM_THREADS": said}, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    own = min(os.cpu_count() or 1, process.MOST)
    assert int(done.stdout) == {"1": 1, "3": 3, "64": process.MOST}.get(said, own)
