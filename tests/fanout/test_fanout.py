"""A build over workers of a cluster, which share nothing with the head but a remote."""

from pathlib import Path

import pytest

from fanout import quick, zoo
from fanout.workers import cluster

pytestmark = pytest.mark.long


def test_what_workers_built_is_restored_at_the_head_and_nothing_runs_twice(tmp_path: Path) -> None:
    head = quick.make(tmp_path / "head", str(tmp_path / "remote"))
    ran, ran_here = tmp_path / "ran", tmp_path / "ran-here"
    with cluster(tmp_path / "cluster") as made:
        for name in ("one", "two"):
            made.worker(name, QUICK_RAN=str(ran))
        command = ("python", "-m", "stages.fanout", "--scheduler", made.address)
        told = zoo.run(head.root, *command, QUICK_RAN=str(ran_here))
        assert made.scratch() == []
    assert "painting: built in " in told
    assert "no worker announces bench=1" in told
    by_workers, by_head = ran.read_text().split(), set(ran_here.read_text().split())
    assert sorted(by_workers) == sorted(set(by_workers))
    assert set(quick.ARTIFACTS) <= set(by_workers)
    assert not by_head & set(by_workers)
    assert "reports/records/gate.json" in by_head
    alone = quick.make(tmp_path / "alone")
    zoo.run(alone.root, "dvc", "repro")
    assert zoo.made(head) == zoo.made(alone)


def test_settings_that_are_not_committed_are_built_and_nothing_of_git_is_touched(tmp_path: Path) -> None:
    head = quick.make(tmp_path / "head", str(tmp_path / "remote"))
    params = head.params
    params["networks"]["another"] = zoo.NETWORK
    head.set(params)
    kept = [("git", "for-each-ref"), ("git", "diff", "--cached"), ("git", "stash", "list")]
    before = [zoo.run(head.root, *command) for command in kept]
    with cluster(tmp_path / "cluster") as made:
        made.worker("one")
        zoo.run(head.root, "python", "-m", "stages.fanout", "--scheduler", made.address)
    assert [zoo.run(head.root, *command) for command in kept] == before
    assert (head.root / "models/another/int8.tflite").stat().st_size > 0


def test_workers_here_need_no_remote_and_nothing_runs_twice(tmp_path: Path) -> None:
    head, ran = quick.make(tmp_path / "head"), tmp_path / "ran"
    zoo.run(head.root, "python", "-m", "stages.fanout", "--local", "2", QUICK_RAN=str(ran))
    everything = ran.read_text().split()
    assert sorted(everything) == sorted(set(everything))
    assert set(quick.ARTIFACTS) <= set(everything) & set(head.outputs())
