"""A scheduler, a worker or a head that ends in the middle, and two heads at once: nothing goes on, nothing is lost."""

import random
import subprocess
import time
from pathlib import Path

import psutil
import pytest
from clones import LIMIT, Clone

from fanout import quick, zoo
from fanout.workers import Cluster, builds, interrupt, start, until
from litemill.fanout import head as head_of_units

pytestmark = pytest.mark.long
BUILDS, KILLS = 2, 5  # and kills in each


def test_a_scheduler_that_ends_is_said_and_nothing_goes_on(head: Clone, made: Cluster) -> None:
    made.worker("one", QUICK_S="30")
    with start(head.root, "--scheduler", made.address) as process:
        until(made.scratch)
        made.processes[0].kill()
        said, _ = process.communicate(timeout=LIMIT)
    assert process.returncode == 1, said
    assert "Traceback" not in said
    assert said.splitlines()[-1].startswith("error: the scheduler is gone -> ")
    until(lambda: made.scratch() == [])
    assert builds(made.folder / "one/dask-scratch-space") == []


def counted(made: Cluster) -> int:
    """Return how many scratch checkouts the workers say that they have."""
    with made.client() as client:
        return head_of_units.left(client)


def test_ctrl_c_leaves_neither_scratch_checkouts_nor_processes(head: Clone, made: Cluster) -> None:
    made.worker("one", QUICK_S="30")
    with start(head.root, "--scheduler", made.address) as process:
        until(made.scratch)
        until(lambda: builds(made.folder / "one/dask-scratch-space"))
        assert counted(made) == 1
        interrupt(process)
        said, _ = process.communicate(timeout=LIMIT)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert made.scratch() == []
    assert counted(made) == 0
    assert builds(made.folder / "one/dask-scratch-space") == []


def test_ctrl_c_ends_workers_that_were_started_here(head: Clone, tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    with start(head.root, "--local", "2", QUICK_S="30", TMPDIR=str(tmp_path / "scratch")) as process:
        until(lambda: list((tmp_path / "scratch").glob("*/*/*/litemill-*/checkout/stages")))
        interrupt(process)
        said, _ = process.communicate(timeout=LIMIT)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert builds(tmp_path / "scratch") == []
    assert [path for path in (tmp_path / "scratch").iterdir() if path.name.startswith("litemill-fanout")] == []


def test_two_heads_of_the_same_commit_build_each_stage_once(made: Cluster, tmp_path: Path) -> None:
    heads = [quick.make(tmp_path / name, str(tmp_path / "remote")) for name in ("head", "other")]
    ran = tmp_path / "ran"
    for name in ("one", "two"):
        made.worker(name, QUICK_RAN=str(ran))
    address = made.address
    running = [start(head.root, "--scheduler", address) for head in heads]
    for process in running:
        said, _ = process.communicate(timeout=2 * LIMIT)
        assert process.returncode == 0, said
    by_workers = ran.read_text().split()
    assert sorted(by_workers) == sorted(set(by_workers))
    assert zoo.made(heads[0]) == zoo.made(heads[1])


def test_a_worker_killed_at_any_moment_costs_no_object(made: Cluster, tmp_path: Path) -> None:
    head = quick.make(tmp_path / "head", str(tmp_path / "remote"))
    alone = quick.make(tmp_path / "alone")
    workers = [made.worker(name) for name in ("one", "two")]
    address, chance = made.address, random.Random(8)  # noqa: S311  moments
    for number in range(BUILDS):
        params = head.params  # another build each time
        params["networks"] = {"sketch": zoo.NETWORK | {"recipes": ["fp32"]}}
        params["recipes"]["fp32"]["tolerance"]["psnr_db"] = number
        for clone in (head, alone):
            clone.set(params)
        with start(head.root, "--scheduler", address) as process:
            until(made.scratch)
            for _ in range(KILLS):
                time.sleep(chance.uniform(0, 5))
                for victim in children(chance.choice(workers)):
                    victim.kill()
            zoo.run(alone.root, "dvc", "repro")
            said, _ = process.communicate(timeout=2 * LIMIT)
        assert process.returncode == 0, said
        assert zoo.made(head) == zoo.made(alone)
    until(lambda: made.scratch() == [])


def children(nanny: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    """Return the worker's own process, which its nanny starts again."""
    found = psutil.Process(nanny.pid).children()
    return [one for one in found if any("spawn_main" in word for word in one.cmdline())]
