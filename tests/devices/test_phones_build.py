"""`dvc repro` with two phones: the cable pulled in the middle, and the build killed at any moment."""

import contextlib
import random
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.adb_cable import Drop
from devices.adb_client import Adb
from devices.fake_adbd import FakePhone
from devices.workbench import CPU, Workbench

pytestmark = pytest.mark.long
NAMES = ("pixel", "other")
KILLS = 20


@pytest.fixture
def phones(tmp_path: Path, adb: Adb) -> Iterator[dict[str, FakePhone]]:
    """Two phones that adb knows."""
    with FakePhone(tmp_path / "pixel") as one, FakePhone(tmp_path / "other") as two:
        both = dict(zip(NAMES, (one, two), strict=True))
        for phone in both.values():
            adb.run("connect", phone.serial)
        yield both
        for phone in both.values():
            adb.run("disconnect", phone.serial)


@pytest.fixture
def bench(tmp_path: Path, adb: Adb, phones: dict[str, FakePhone]) -> Workbench:
    """A project of DVC's that measures on both."""
    (tmp_path / "checkout").mkdir()
    made = Workbench(tmp_path / "checkout", adb)
    made.under_dvc()
    made.targets({name: phone.serial for name, phone in phones.items()}, [CPU, {"threads": 4}])
    return made


def complete(bench: Workbench) -> bool:
    return all([one.outcome for one in bench.figures(name)] == ["measured"] * 4 for name in NAMES)


def clean(phones: dict[str, FakePhone]) -> bool:
    return all(phone.root.left() == [] and phone.root.processes() == {} for phone in phones.values())


def test_a_phone_that_drops_twice_costs_nothing(bench: Workbench, phones: dict[str, FakePhone]) -> None:
    phones["other"].drops.append(Drop("push", after=65536))
    phones["other"].drops.append(Drop("shell", matching="nohup", after=0, skip=5, away=1.0))
    done = bench.run("dvc", "repro")
    assert done.returncode == 0, done.stderr
    assert phones["other"].drops == []
    assert complete(bench)
    assert clean(phones)
    assert len(bench.started()) == len(set(bench.started())) == 24


def test_a_build_runs_again_for_what_has_changed_and_nothing_else(bench: Workbench) -> None:
    assert bench.run("dvc", "repro").returncode == 0
    started = len(bench.started())
    assert "Running stage" not in bench.run("dvc", "repro").stdout
    # another file, measured in the place of the one before; the other one's figures stay
    model, record = bench.root / "models/painter/int8.tflite", bench.root / "reports/records/convert/painter/int8.json"
    before = bench.keys("pixel")
    old, new = (bench.sha256(path) for path in (model, bench.root / "models/painter/fp32.tflite"))
    shutil.copyfile(bench.root / "models/painter/fp32.tflite", model)
    record.write_text(record.read_text().replace(old, new))
    assert bench.run("dvc", "repro").returncode == 0
    assert complete(bench)
    assert len(bench.started()) == started + 12
    assert len(bench.keys("pixel") & before) == 2


class Moment:
    """So many seconds after more runs of the tool than `begun` have been started."""

    def __init__(self, bench: Workbench, begun: int, delay: float) -> None:
        self._bench, self._begun, self._delay = bench, begun, delay
        self._since: float | None = None

    def __call__(self) -> bool:
        if self._since is None and len(self._bench.started()) > self._begun:
            self._since = time.monotonic()
        return self._since is not None and time.monotonic() - self._since > self._delay


def test_a_build_that_is_killed_at_any_moment_goes_on_from_there(
    bench: Workbench, phones: dict[str, FakePhone]
) -> None:
    bench.tool(tenths=3)
    chance = random.Random(7)  # noqa: S311
    far: set[int] = set()
    for turn in range(KILLS):
        # at any time of a build; and, each other time, soon after it has begun to measure
        begun = len(bench.started()) if turn % 2 else -1
        bench.killed(Moment(bench, begun, chance.uniform(0, 1.5)))
        far.add(len(bench.started()))
    assert len(far - {0, 24}) > 3  # it was in the middle
    # as `make repro` does: a DVC that is killed may leave half a file, which `dvc repro` alone stops at
    done = bench.run(sys.executable, "-m", "litemill", "repro")
    assert done.returncode == 0, done.stderr
    assert complete(bench)
    assert clean(phones)
    assert len(bench.started()) == len(set(bench.started())) == 24
    keys = {name: bench.keys(name) for name in NAMES}
    shutil.rmtree(bench.root / "reports/devices")
    assert bench.run("dvc", "repro").returncode == 0
    assert {name: bench.keys(name) for name in NAMES} == keys


def test_a_phone_that_is_plugged_in_later_is_measured_when_asked_for(
    bench: Workbench, phones: dict[str, FakePhone], adb: Adb
) -> None:
    for phone in phones.values():
        adb.run("disconnect", phone.serial)
        phone.unplug()
    done = bench.run("dvc", "repro")
    assert done.returncode == 0, done.stderr
    assert not bench.keys("pixel")
    for phone in phones.values():
        phone.plug()
        adb.run("connect", phone.serial)
    # what `make phones` does
    assert bench.run("dvc", "repro", "--force", "--single-item", "phones").returncode == 0
    assert complete(bench)


def test_ten_phones_at_once(bench: Workbench, adb: Adb, tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        ten = {f"phone{index}": stack.enter_context(FakePhone(tmp_path / f"ten{index}")) for index in range(10)}
        for phone in ten.values():
            adb.run("connect", phone.serial)
        bench.only("int8")
        bench.targets({name: phone.serial for name, phone in ten.items()}, processes=1)
        done = bench.run()
        assert done.returncode == 0, done.stderr
        assert all([one.outcome for one in bench.figures(name)] == ["measured"] for name in ten)
        assert clean(ten)
        for phone in ten.values():
            adb.run("disconnect", phone.serial)
