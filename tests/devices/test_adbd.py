"""What the real adb client gets from a device: the fake one answers as Debian's real adbd does."""

import hashlib
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from devices import tool_standin
from devices.adb_cable import Drop
from devices.adb_client import LIMIT, Adb
from devices.device import Device
from devices.fake_adbd import FakePhone
from devices.real_adbd import RealAdbd
from litemill import benchmark_log

AWKWARD = 'it\'s "odd" $HOME `id`; é & \\ (1) *.bin'


def noise(size: int) -> bytes:
    return Random(size).randbytes(size)  # noqa: S311 - bytes of tests, no secrets


def await_true(condition: Callable[[], bool]) -> None:
    ended = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < ended
        time.sleep(0.005)


def digest(said: bytes) -> str:
    return said.split()[0].decode()


def first_line(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout is not None
    return process.stdout.readline()


def test_a_connected_device_is_ready(device: Device) -> None:
    assert device.state() == "device"
    assert device.run("get-state").stdout == b"device\n"
    assert {b"shell_v2", b"stat_v2", b"sendrecv_v2"} <= set(device.run("features").stdout.split())


@pytest.mark.parametrize("size", [0, 1, 4096, 65_535, 65_536, 65_537, 10_000_000])
def test_files_of_any_size_come_and_go_whole(device: Device, tmp_path: Path, size: int) -> None:
    sent, back, data = tmp_path / "sent", tmp_path / "back", noise(size)
    sent.write_bytes(data)
    assert device.run("push", str(sent), device.at("file")).returncode == 0
    assert device.host("file").read_bytes() == data
    assert digest(device.shell(f"sha256sum <{device.quoted('file')}").stdout) == hashlib.sha256(data).hexdigest()
    assert device.run("pull", device.at("file"), str(back)).returncode == 0
    assert back.read_bytes() == data


def test_a_pushed_program_can_be_run_and_a_file_put_over_another_is_the_new_one(device: Device, tmp_path: Path) -> None:
    for word in ("one, and something longer", "two"):
        program = tmp_path / "program"
        program.write_text(f"#!/bin/sh\necho {word}\n")
        program.chmod(0o755)
        device.run("push", str(program), device.at("program"))
        assert device.shell(device.quoted("program")).stdout.decode() == f"{word}\n"


def test_a_whole_folder_is_pushed_with_its_folders_made(device: Device, tmp_path: Path) -> None:
    (tmp_path / "tree/deep").mkdir(parents=True)
    (tmp_path / "tree/a").write_text("a")
    (tmp_path / "tree/deep/b").write_text("b")
    assert device.run("push", str(tmp_path / "tree"), device.at("new/tree")).returncode == 0
    assert device.shell(f"cat {device.quoted('new/tree/a')} {device.quoted('new/tree/deep/b')}").stdout == b"ab"
    assert device.run("pull", device.at("new/tree"), str(tmp_path / "back")).returncode == 0
    assert (tmp_path / "back/deep/b").read_text() == "b"
    listed = device.run("ls", device.at("new/tree")).stdout.split()
    assert {b"a", b"deep"} <= set(listed)


def test_a_file_that_is_not_there_is_an_error(device: Device, tmp_path: Path) -> None:
    done = device.run("pull", device.at("none"), str(tmp_path / "none"))
    assert done.returncode == 1
    assert b"failed to stat remote object" in done.stderr
    assert not (tmp_path / "none").exists()


def test_a_file_can_not_be_pushed_below_another_file(device: Device, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(noise(200_000))
    device.run("push", str(tmp_path / "file"), device.at("file"))
    done = device.run("push", str(tmp_path / "file"), device.at("file/below"))
    assert done.returncode == 1
    assert b"adb: error: stat failed" in done.stderr
    assert b"Not a directory" in done.stderr


@pytest.mark.parametrize("status", [0, 1, 7, 126, 255])
def test_the_status_of_a_line_comes_back(device: Device, status: int) -> None:
    assert device.shell(f"exit {status}").returncode == status


@pytest.mark.parametrize(("line", "status"), [("kill -9 $$", 137), ("kill -11 $$", 139), ("no-such-command", 127)])
def test_a_line_that_is_killed_crashes_or_is_not_found_says_so(device: Device, line: str, status: int) -> None:
    assert device.shell(line).returncode == status


def test_what_a_line_says_and_complains_of_come_apart(device: Device) -> None:
    done = device.shell("echo said; echo complained >&2; echo said again")
    assert (done.stdout, done.stderr) == (b"said\nsaid again\n", b"complained\n")


def test_bytes_pass_unchanged(device: Device, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(noise(3_000_000))
    device.run("push", str(tmp_path / "file"), device.at("file"))
    for verb in ("shell", "exec-out"):
        assert device.run(verb, f"cat {device.quoted('file')}").stdout == noise(3_000_000)


def test_a_line_reads_what_it_is_given(device: Device) -> None:
    said = device.shell("sha256sum", stdin=noise(200_000)).stdout
    assert digest(said) == hashlib.sha256(noise(200_000)).hexdigest()


def test_names_with_quotes_spaces_and_signs_are_but_names(device: Device, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("as it was")
    assert device.run("push", str(tmp_path / "file"), device.at(AWKWARD)).returncode == 0
    assert device.shell(f"cat {device.quoted(AWKWARD)}").stdout == b"as it was"
    assert device.host("").is_dir()
    assert [path.name for path in device.host("").iterdir()] == [AWKWARD]
    assert device.shell(f"rm {device.quoted(AWKWARD)}").returncode == 0
    assert not list(device.host("").iterdir())


def test_words_are_joined_by_spaces_as_one_line(device: Device) -> None:
    assert device.run("shell", "echo", "a  b", "'c  d'", ";", "echo", "e").stdout == b"a b c  d\ne\n"


def test_many_lines_at_once_answer_each_its_own(device: Device) -> None:
    started = [device.start("shell", f"sleep 0.{number}; echo {number}; exit {number}") for number in range(10)]
    answers = [(process.communicate(timeout=LIMIT)[0], process.returncode) for process in started]
    assert answers == [(b"%d\n" % number, number) for number in range(10)]


def test_a_cut_connection_ends_the_client_with_255_and_no_word(device: Device) -> None:
    running = device.start("shell", "echo begun; sleep 1000")
    assert first_line(running) == b"begun\n"
    device.place.unplug()
    assert running.communicate(timeout=LIMIT) == (b"", b"")
    assert running.returncode == 255
    device.await_state("offline")
    refused = device.shell("true")
    assert (refused.returncode, refused.stderr) == (1, b"adb: device offline\n")


def test_connect_exits_0_though_nobody_is_there(device: Device) -> None:
    device.place.unplug()
    device.adb.run("disconnect", device.place.serial)
    done = device.run("connect", device.place.serial)
    assert done.returncode == 0
    assert done.stdout.startswith(b"failed to connect")


def test_the_server_connects_again_by_itself(device: Device) -> None:
    device.place.unplug()
    device.await_state("offline")
    device.place.plug()
    device.await_state("device")
    assert device.shell("echo back").stdout == b"back\n"


def test_a_detached_process_outlives_the_cable(device: Device) -> None:
    script = f"echo begun; while [ ! -e {device.quoted('go')} ]; do sleep 0.05; done; echo done"
    device.host("script").write_text(script)
    line = f"setsid nohup sh {device.quoted('script')} >{device.quoted('log')} 2>&1 </dev/null & echo $!"
    assert int(device.shell(line).stdout) in device.place.processes()
    device.place.unplug()
    device.place.plug()
    device.connect()
    device.shell(f"touch {device.quoted('go')}")
    await_true(lambda: not device.place.processes())
    assert device.shell(f"cat {device.quoted('log')}").stdout == b"begun\ndone\n"


@pytest.fixture(params=[signal.SIG_DFL, signal.SIG_IGN], ids=["plain", "nohup"])
def started(request: pytest.FixtureRequest) -> Iterator[None]:
    """Be as the tests are where they were started plainly, and by `nohup`; to be asked for ahead of a device."""
    before = signal.signal(signal.SIGHUP, request.param)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("started")
def test_a_line_whose_client_is_gone_is_hung_up_on(device: Device) -> None:
    running = device.start("shell", f"trap 'echo hung up >{device.quoted('trapped')}; exit' HUP; echo begun; "
                                    "while :; do sleep 0.05; done")  # fmt: skip
    assert first_line(running) == b"begun\n"
    running.kill()
    running.communicate(timeout=LIMIT)
    await_true(lambda: not device.place.processes())
    assert device.host("trapped").read_text() == "hung up\n"


def test_a_fake_cut_in_the_middle_of_a_push_is_the_clients_error(adb: Adb, phone: FakePhone, tmp_path: Path) -> None:
    device = Device(adb, phone)
    (tmp_path / "file").write_bytes(noise(10_000_000))
    phone.drops.append(Drop("push", after=3_000_000))
    done = device.run("push", str(tmp_path / "file"), device.at("file"))
    assert done.returncode == 1
    assert b"adb: error: failed to read copy response: EOF" in done.stderr
    assert 0 < device.host("file").stat().st_size < 10_000_000


@pytest.mark.device
def test_a_real_cut_in_the_middle_of_a_push_is_the_clients_error(real: RealAdbd, tmp_path: Path) -> None:
    device = Device(real.adb, real)
    with (tmp_path / "file").open("wb") as file:
        file.truncate(1 << 30)  # enough that the push is still going on
    running = device.start("push", str(tmp_path / "file"), device.at("file"))
    await_true(device.host("file").exists)
    real.unplug()
    said = running.communicate(timeout=LIMIT)[1]
    assert running.returncode == 1
    assert b"adb: error: " in said  # the client words it by the step that it was at
    assert device.host("file").stat().st_size < 1 << 30


def test_the_stand_in_for_the_tool_runs_there(device: Device, tmp_path: Path) -> None:
    tool = tool_standin.write(tmp_path / "benchmark_model", latency_us=12_000)
    model = tool_standin.model(tmp_path / "a model.tflite")
    device.run("push", str(tool), device.at("benchmark_model"))
    device.run("push", str(model), device.at("a model.tflite"))
    done = device.shell(f"{device.quoted('benchmark_model')} --graph={device.quoted('a model.tflite')} --num_threads=2")
    assert done.returncode == 0
    (found,) = benchmark_log.read(done.stdout.decode())
    assert found.median_us == pytest.approx(6_000, rel=0.02)
