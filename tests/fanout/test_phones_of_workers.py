"""Phones that hang on two workers, each behind an adb of its own: listed, and measured on, from the head."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from devices.adb_client import Adb
from devices.fake_adbd import FakePhone
from devices.workbench import Workbench

from fanout import zoo
from fanout.workers import LIMIT, Cluster, cluster, interrupt, start, until

pytestmark = pytest.mark.long
NOTHING_TO_BUILD = """
stages:
  baselines:
    cmd: mkdir -p built && echo 1 > built/baselines
    deps: [params.yaml]
    outs: [built/baselines]
"""
PAINTER = """
stages:
  validate:
    wdir: ../..
    cmd: mkdir -p built && echo 1 > built/painter
    deps: [params.yaml]
    outs: [built/painter]
  variants:
    wdir: ../..
    cmd: mkdir -p built && echo 1 > built/variants
    deps: [params.yaml]
    outs: [built/variants]
"""


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[dict[str, tuple[Adb, FakePhone]]]:
    """Two adb servers, and a phone that one alone knows."""
    with ExitStack() as ends:
        found = {}
        for name in ("pixel", "other"):
            adb = ends.enter_context(Adb(tmp_path / f"adb-{name}"))
            phone = ends.enter_context(FakePhone(tmp_path / name, {"ro.product.model": f"Model {name}"}))
            adb.run("connect", phone.serial)
            found[name] = adb, phone
        yield found


@pytest.fixture
def head(tmp_path: Path, hosts: dict[str, tuple[Adb, FakePhone]]) -> Workbench:
    """A repository with files to measure, committed, whose own adb knows no phone."""
    (tmp_path / "head").mkdir()
    with Adb(tmp_path / "adb-head") as adb:
        made = Workbench(tmp_path / "head", adb)
        made.targets({"pixel": hosts["pixel"][1].serial})
        both = made.params["targets"] | {
            "other": {"model": "Model other", "configurations": [{"threads": 1}], "pause_s": 0}
        }
        made.change(targets=both)
        made.only("fp32")
        (made.root / "dvc.yaml").write_text(NOTHING_TO_BUILD)
        (made.root / "pipelines/painter").mkdir(parents=True)
        (made.root / "pipelines/painter/dvc.yaml").write_text(PAINTER)
        zoo.run(made.root, "git", "init", "--quiet")
        zoo.run(made.root, "dvc", "init", "--quiet")
        zoo.run(made.root, "dvc", "remote", "add", "--default", "shared", str(tmp_path / "remote"))
        zoo.run(made.root, "dvc", "remote", "modify", "shared", "verify", "true")
        zoo.commit(made.root)
        return made


@pytest.fixture
def workers(tmp_path: Path, hosts: dict[str, tuple[Adb, FakePhone]]) -> Iterator[Cluster]:
    """A worker beside each phone, which announces it."""
    with cluster(tmp_path / "cluster") as made:
        for name, (adb, phone) in hosts.items():
            own = {"ADB": str(adb.path)} | {key: adb.env[key] for key in adb.env if key.startswith(("ANDROID", "ADB_"))}
            made.worker(name, "--resources", f"device:{phone.serial}=1", **own)
        made.wait()
        yield made


def test_phones_of_all_workers_are_listed(
    head: Workbench, workers: Cluster, hosts: dict[str, tuple[Adb, FakePhone]]
) -> None:
    told = zoo.run(head.root, "python", "-m", "litemill", "devices", "--scheduler", workers.address)
    lines = told.splitlines()
    for name, (_, phone) in hosts.items():
        line = next(line for line in lines if phone.serial in line)
        assert f"Model {name}" in line
        assert "tcp://127.0.0.1:" in line


def test_figures_come_back_as_records_and_phones_are_left_clean(
    head: Workbench, workers: Cluster, hosts: dict[str, tuple[Adb, FakePhone]]
) -> None:
    told = zoo.run(head.root, "python", "-m", "litemill", "fanout", "--scheduler", workers.address)
    assert "phones.pixel: built in" in told
    for name, (_, phone) in hosts.items():
        assert [figure.outcome for figure in head.figures(name)] == ["measured"], told
        assert phone.root.left() == []
    assert workers.scratch() == []


def test_ctrl_c_at_the_head_leaves_phones_clean(
    head: Workbench, workers: Cluster, hosts: dict[str, tuple[Adb, FakePhone]]
) -> None:
    head.tool(tenths=3000)
    phones = [phone for _, phone in hosts.values()]
    with start(head.root, "--scheduler", workers.address) as process:
        until(lambda: all(phone.root.left() for phone in phones))
        interrupt(process)
        said, _ = process.communicate(timeout=2 * LIMIT)
    assert process.returncode == 130, said
    assert [(phone.root.left(), phone.root.processes()) for phone in phones] == [([], {})] * 2
    assert workers.scratch() == []
