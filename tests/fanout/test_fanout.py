"""A build over workers of a cluster, which share nothing with the head but a remote."""

from pathlib import Path
from typing import NamedTuple

import pytest
from clones import Clone

from fanout import quick, zoo
from fanout.workers import cluster

pytestmark = pytest.mark.long
OF_GIT = [("git", "for-each-ref"), ("git", "diff", "--cached"), ("git", "stash", "list")]


class Built(NamedTuple):
    """What a fan-out of a network that was not committed left: at the head, in words, in stages run, in scratch."""

    head: Clone
    told: str
    by_workers: list[str]
    by_head: list[str]
    scratch: list[Path]
    of_git: tuple[list[str], list[str]]


def add_another(clone: Clone) -> None:
    """Add a network to the settings."""
    params = clone.params
    params["networks"]["another"] = zoo.NETWORK | {"recipes": ["int8"]}
    clone.set(params)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build once by two workers."""
    folder = tmp_path_factory.mktemp("fanout")
    head = quick.make(folder / "head", str(folder / "remote"))
    add_another(head)
    before = [zoo.run(head.root, *command) for command in OF_GIT]
    ran, ran_here = folder / "ran", folder / "ran-here"
    with cluster(folder / "cluster") as made:
        for name in ("one", "two"):
            made.worker(name, QUICK_RAN=str(ran))
        command = ("python", "-m", "litemill", "fanout", "--scheduler", made.address)
        told = zoo.run(head.root, *command, QUICK_RAN=str(ran_here))
        scratch = made.scratch()
    of_git = before, [zoo.run(head.root, *command) for command in OF_GIT]
    return Built(head, told, ran.read_text().split(), ran_here.read_text().split(), scratch, of_git)


def test_what_workers_built_is_restored_at_the_head_and_nothing_runs_twice(built: Built, tmp_path: Path) -> None:
    assert built.scratch == []
    assert "painting: built in " in built.told
    assert "no worker announces bench=1" in built.told
    assert sorted(built.by_workers) == sorted(set(built.by_workers))
    assert set(quick.ARTIFACTS) <= set(built.by_workers)
    assert not set(built.by_head) & set(built.by_workers)
    assert "reports/records/gate.json" in built.by_head
    alone = quick.make(tmp_path / "alone")
    add_another(alone)
    zoo.run(alone.root, "dvc", "repro")
    assert zoo.made(built.head) == zoo.made(alone)


def test_settings_that_are_not_committed_are_built_and_nothing_of_git_is_touched(built: Built) -> None:
    before, after = built.of_git
    assert after == before
    assert "models/another/int8.tflite" in built.by_workers
    assert (built.head.root / "models/another/int8.tflite").stat().st_size > 0


def test_workers_here_need_no_remote_and_nothing_runs_twice(tmp_path: Path) -> None:
    head, ran = quick.make(tmp_path / "head"), tmp_path / "ran"
    zoo.run(head.root, "python", "-m", "litemill", "fanout", "--local", "2", QUICK_RAN=str(ran))
    everything = ran.read_text().split()
    assert sorted(everything) == sorted(set(everything))
    assert set(quick.ARTIFACTS) <= set(everything) & set(head.outputs())
