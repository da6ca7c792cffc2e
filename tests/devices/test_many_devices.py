"""Several phones at once, each answering for itself."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from devices import tool_standin
from devices.adb_cable import Drop
from devices.adb_client import Adb
from devices.device import Device
from devices.fake_adbd import FakePhone
from litemill import benchmark_log


@pytest.fixture(params=[2, 10])
def phones(request: pytest.FixtureRequest, adb: Adb, tmp_path: Path) -> Iterator[list[FakePhone]]:
    with ExitStack() as ends:
        made = []
        for number in range(request.param):
            fake = FakePhone(tmp_path / f"phone{number}", {"ro.product.model": f"Phone {number}"})
            made.append(ends.enter_context(fake))
            ends.callback(adb.run, "disconnect", fake.serial)
        yield made


def test_each_is_listed_and_runs_and_answers_its_own(adb: Adb, phones: list[FakePhone], tmp_path: Path) -> None:
    tool, content = tool_standin.write(tmp_path / "tool"), tool_standin.model(tmp_path / "model", 700_000)

    def use(number: int) -> tuple[bytes, str, float | None]:
        phones[number].root.env["TOOL_LATENCY_US"] = str(1000 * (number + 1))
        device = Device(adb, phones[number])
        assert device.run("push", str(tool), str(content), device.tmp).returncode == 0
        model = device.shell("getprop ro.product.model").stdout
        told = device.shell(f"sha256sum {device.at('model')}").stdout.split()[0].decode()
        (run,) = benchmark_log.read(device.shell(f"{device.at('tool')} --graph={device.at('model')}").stdout.decode())
        return model, told, run.median_us

    with ThreadPoolExecutor(len(phones)) as pool:
        found = list(pool.map(use, range(len(phones))))
    assert adb.states() == {phone.serial: "device" for phone in phones}
    whole = hashlib.sha256(content.read_bytes()).hexdigest()
    assert [said[:2] for said in found] == [(b"Phone %d\n" % number, whole) for number in range(len(phones))]
    assert [said[2] for said in found] == pytest.approx([1000 * (n + 1) for n in range(len(phones))], rel=0.03)


def test_one_that_drops_out_does_not_disturb_the_others(adb: Adb, phones: list[FakePhone]) -> None:
    devices = [Device(adb, phone) for phone in phones]
    phones[0].drops.append(Drop("shell", away=None))
    started = [device.start("shell", f"echo {number}; sleep 0.3; echo end") for number, device in enumerate(devices)]
    said = [(process.communicate(timeout=60)[0], process.returncode) for process in started]
    assert said == [(b"", 255)] + [(b"%d\nend\n" % number, 0) for number in range(1, len(devices))]
    phones[0].plug()
    devices[0].connect()
    assert devices[0].shell("echo back").stdout == b"back\n"


def test_without_a_serial_the_client_refuses_to_choose(adb: Adb, phones: list[FakePhone]) -> None:
    for phone in phones:
        Device(adb, phone)
    done = adb.run("shell", "true")
    assert (done.returncode, b"more than one device" in done.stderr) == (1, True)
