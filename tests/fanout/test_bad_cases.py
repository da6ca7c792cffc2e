"""What can go wrong between a head and its workers: said in one line, or survived."""

import random
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from clones import LIMIT, Clone
from devices.adb_client import free_port

from fanout import quick, zoo
from fanout.buckets import KEYS, refusing
from fanout.workers import Cluster, cluster, interrupt

pytestmark = pytest.mark.long
KILLS = 10


def fanout(head: Clone, address: str, *options: str, **env: str) -> subprocess.CompletedProcess[str]:
    return zoo.attempt(head.root, "python", "-m", "stages.fanout", "--scheduler", address, *options, **env)


def start(head: Clone, *options: str, **env: str) -> "subprocess.Popen[str]":
    """Start a fan-out in a group of its own."""
    return subprocess.Popen(
        ["python", "-m", "stages.fanout", *options], cwd=head.root, env=zoo.environment(head.root) | env, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip


def until(told: Callable[[], object]) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + LIMIT
    while not told():
        assert time.monotonic() < ends
        time.sleep(0.05)


def builds(folder: Path) -> list[psutil.Process]:
    """Give the processes that run in a folder or below it."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(folder):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


@pytest.fixture
def head(tmp_path: Path) -> Clone:
    """A repository whose remote is a folder."""
    return quick.make(tmp_path / "head", str(tmp_path / "remote"))


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler without workers."""
    with cluster(tmp_path / "cluster") as found:
        yield found


def test_a_scheduler_that_is_not_there_is_said_in_one_line(head: Clone) -> None:
    done = fanout(head, f"tcp://127.0.0.1:{free_port()}")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("error: tcp://127.0.0.1:")
    assert "no scheduler answers" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_worker_of_another_version_is_refused_with_both_named(head: Clone, made: Cluster, tmp_path: Path) -> None:
    other = tmp_path / "other/tensorflow-9.9.9.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: tensorflow\nVersion: 9.9.9\n")
    made.worker("other", PYTHONPATH=str(other.parent))
    done = fanout(head, made.address)
    assert done.returncode == 1
    assert "refused, bytes could differ: tensorflow 9.9.9 here, 2.21.0 at the head" in done.stderr
    assert "error: 5 of " not in done.stderr
    assert not (tmp_path / "remote").exists()


@pytest.mark.parametrize(
    ("status", "code"),
    [(None, "Could not connect to the endpoint"), (403, "AccessDenied|Access Denied|Forbidden"), (507, "StorageFull")],
    ids=["unreachable", "without permission", "full"],
)
def test_a_remote_that_takes_nothing_fails_the_unit_and_says_so(
    status: int | None, code: str, made: Cluster, tmp_path: Path
) -> None:
    head = quick.make(tmp_path / "head", "s3://bucket/remote")
    with refusing(status) as address:
        zoo.run(head.root, "dvc", "remote", "modify", "shared", "endpointurl", address)
        made.worker("one", **KEYS)
        done = fanout(head, made.address, **KEYS)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    log = (head.root / ".fanout/sources.all.log").read_text()
    assert re.search(code, log), log
    assert "sources.all: exit status 1" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("error: 1 of 3 units failed: got sources.all -> ")


def test_a_unit_that_fails_twice_is_reported_with_its_log_and_the_others_are_built(head: Clone, made: Cluster) -> None:
    for name in ("one", "two"):
        made.worker(name, QUICK_FAILS="models/painting/int8.tflite")
    done = fanout(head, made.address)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    first, second = [line.split("by tcp://")[1].split(";")[0] for line in lines if line.startswith("painting: exit")]
    assert first != second
    assert "sketch: built in" in done.stderr
    assert lines[-1] == (
        "error: 1 of 3 units failed: got painting -> see their logs; mend it, then run it again: what is built is kept"
    )
    assert "error: it fails" in (head.root / ".fanout/painting.log").read_text()


def test_a_unit_that_takes_more_memory_or_time_than_it_may_is_ended(head: Clone, made: Cluster) -> None:
    made.worker("one", QUICK_S="30")
    params = head.params
    head.set(params | {"limits": {"memory_gb": 0.02}})
    done = fanout(head, made.address)
    assert "GB of memory, more than its 0.02 GB (limits.memory_gb in params.yaml)" in done.stderr
    head.set(params | {"limits": {"minutes": 0.1}})
    done = fanout(head, made.address)
    assert "not done within 6 s (limits.minutes in params.yaml)" in done.stderr
    assert made.scratch() == []
    assert builds(made.folder / "one/dask-scratch-space") == []


def test_a_network_with_a_limit_of_its_own_goes_to_no_worker_with_less(head: Clone, made: Cluster) -> None:
    made.worker("one", "--memory-limit", "2GB")
    head.set(head.params | {"limits": {"networks": {"painting": {"memory_gb": 16}}}})
    done = fanout(head, made.address)
    assert "painting: no worker has its 16 GB" in done.stderr
    assert "sketch: built in" in done.stderr


def test_a_scheduler_that_ends_is_said_and_nothing_goes_on(head: Clone, made: Cluster) -> None:
    made.worker("one", "--death-timeout", "5", QUICK_S="30")
    with start(head, "--scheduler", made.address) as process:
        until(made.scratch)
        made.processes[0].kill()
        said, _ = process.communicate(timeout=LIMIT)
    assert process.returncode == 1, said
    assert "Traceback" not in said
    assert said.splitlines()[-1].startswith("error: the scheduler is gone -> ")
    until(lambda: made.scratch() == [])
    assert builds(made.folder / "one/dask-scratch-space") == []


def test_ctrl_c_leaves_neither_scratch_checkouts_nor_processes(head: Clone, made: Cluster) -> None:
    made.worker("one", QUICK_S="30")
    with start(head, "--scheduler", made.address) as process:
        until(made.scratch)
        until(lambda: builds(made.folder / "one/dask-scratch-space"))
        interrupt(process)
        said, _ = process.communicate(timeout=LIMIT)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert made.scratch() == []
    assert builds(made.folder / "one/dask-scratch-space") == []


def test_ctrl_c_ends_workers_that_were_started_here(head: Clone, tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    with start(head, "--local", "2", QUICK_S="30", TMPDIR=str(tmp_path / "scratch")) as process:
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
    running = [start(head, "--scheduler", address) for head in heads]
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
    for number in range(KILLS):
        params = head.params  # another build each time
        params["networks"] = {"sketch": zoo.NETWORK | {"recipes": ["fp32"]}}
        params["recipes"]["fp32"]["tolerance"]["psnr_db"] = number
        for clone in (head, alone):
            clone.set(params)
        with start(head, "--scheduler", address) as process:
            until(made.scratch)
            time.sleep(chance.uniform(0, 12))
            for victim in children(chance.choice(workers)):
                victim.kill()
            said, _ = process.communicate(timeout=2 * LIMIT)
        assert process.returncode == 0, said
        zoo.run(alone.root, "dvc", "repro")
        assert zoo.made(head) == zoo.made(alone)
    until(lambda: made.scratch() == [])


def children(nanny: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    """Give the worker's own process, which its nanny starts again."""
    found = psutil.Process(nanny.pid).children()
    return [one for one in found if any("spawn_main" in word for word in one.cmdline())]
