"""A unit's limits of memory and time: kept by ending it, or by the choice of its worker."""

import pytest
from clones import Clone

from fanout.workers import Cluster, builds, fanout

pytestmark = pytest.mark.long


def test_a_unit_that_takes_more_memory_or_time_than_it_may_is_ended(head: Clone, made: Cluster) -> None:
    made.worker("one", QUICK_S="30")
    params = head.params
    head.set(params | {"limits": {"memory_gb": 0.02}})
    done = fanout(head.root, made.address)
    assert "GB of memory, more than its 0.02 GB (limits.memory_gb in params.yaml)" in done.stderr
    head.set(params | {"limits": {"minutes": 0.1}})
    done = fanout(head.root, made.address)
    assert "not done within 6 s (limits.minutes in params.yaml)" in done.stderr
    assert made.scratch() == []
    assert builds(made.folder / "one/dask-scratch-space") == []


def test_a_network_with_a_limit_of_its_own_goes_to_no_worker_with_less(head: Clone, made: Cluster) -> None:
    made.worker("one", "--memory-limit", "2GB")
    head.set(head.params | {"limits": {"networks": {"painting": {"memory_gb": 16}}}})
    done = fanout(head.root, made.address)
    assert "painting: no worker has its 16 GB" in done.stderr
    assert "sketch: built in" in done.stderr
