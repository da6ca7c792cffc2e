"""What can go wrong between a head and its workers: said in one line, or survived."""

import re
from pathlib import Path

import pytest
from clones import Clone
from devices.adb_client import free_port

from fanout import quick
from fanout.buckets import ONCE, refusing
from fanout.workers import SOON, Cluster, fanout

pytestmark = pytest.mark.long


def test_a_scheduler_that_is_not_there_is_said_in_one_line(head: Clone) -> None:
    done = fanout(head.root, f"tcp://127.0.0.1:{free_port()}", **SOON)
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
    done = fanout(head.root, made.address)
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
    with refusing(status) as address:
        head = quick.make(tmp_path / "head", "s3://bucket/remote", endpointurl=address)
        made.worker("one", **ONCE)
        done = fanout(head.root, made.address, **ONCE)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    log = (head.root / ".fanout/sources.all.log").read_text()
    assert re.search(code, log), log
    assert "sources.all: exit status 1" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("error: 1 of 3 units failed: got sources.all -> ")


def test_a_unit_that_fails_twice_is_reported_with_its_log_and_the_others_are_built(head: Clone, made: Cluster) -> None:
    for name in ("one", "two"):
        made.worker(name, QUICK_FAILS="models/painting/int8.tflite")
    done = fanout(head.root, made.address)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    first, second = [line.split("by tcp://")[1].split(";")[0] for line in lines if line.startswith("painting: exit")]
    assert first != second
    assert "sketch: built in" in done.stderr
    assert lines[-1] == (
        "error: 1 of 3 units failed: got painting -> see their logs; mend it, then run it again: what is built is kept"
    )
    assert "error: it fails" in (head.root / ".fanout/painting.log").read_text()
