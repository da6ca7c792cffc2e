"""What can be wrong ahead of the first run, as a user meets it: one line that says what to do."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.adb_client import Adb, free_port
from devices.fake_adbd import FakePhone
from devices.workbench import CPU, Workbench
from litemill.devices import adb as client
from litemill.devices import tool
from litemill.ground.errors import DeviceError, SourceError
from litemill.settings.devices import Abi, ToolFile


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, adb: Adb) -> Workbench:
    folder = tmp_path_factory.mktemp("bench") / "checkout"
    folder.mkdir()
    return Workbench(folder, adb)


def listed(bench: Workbench) -> str:
    done = bench.run(sys.executable, "-m", "litemill", "devices")
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextlib.contextmanager
def connected(adb: Adb, phone: FakePhone) -> Iterator[str]:
    adb.run("connect", phone.serial)
    yield phone.serial
    adb.run("disconnect", phone.serial)


def test_no_device(bench: Workbench) -> None:
    bench.change(targets={"any": {"configurations": [CPU]}})
    done = bench.run()
    assert done.returncode == 0  # a build without a phone passes
    assert "any: not attached: expected any device -> plug it in, then run: make phones" in done.stderr
    assert "no device is attached -> on the phone: enable developer options" in listed(bench)


def test_two_devices_and_no_choice(bench: Workbench, adb: Adb, phone: FakePhone, tmp_path: Path) -> None:
    with FakePhone(tmp_path / "second") as second, connected(adb, phone), connected(adb, second):
        bench.change(targets={"any": {"configurations": [CPU]}})
        said = bench.fails()
        assert "any: 2 devices fit" in said
        assert phone.serial in said
        assert "set targets.any.serial" in said
        bench.change(targets={"any": {"model": "pixel 8", "configurations": [CPU]}})
        assert "2 devices fit: expected model pixel 8" in bench.fails()


def test_two_targets_and_one_device(bench: Workbench, adb: Adb, phone: FakePhone) -> None:
    with connected(adb, phone) as serial:
        bench.targets({"one": serial, "two": serial})
        bench.tool(wrong="library")
        assert "targets one and two are the same device" in bench.fails()


def test_unauthorized(bench: Workbench, adb: Adb, phone: FakePhone) -> None:
    phone.authorized = False
    with connected(adb, phone) as serial:
        bench.targets({"pixel": serial})
        assert f"pixel: {serial} can't be used: expected device, got unauthorized -> unlock the phone" in bench.fails()
        assert "unauthorized -> unlock the phone and allow USB debugging" in listed(bench)


def test_offline(bench: Workbench, adb: Adb, phone: FakePhone) -> None:
    phone.answering = False
    with connected(adb, phone) as serial:
        if serial not in adb.states():  # adb may give it up altogether
            return
        bench.targets({"pixel": serial})
        assert "got offline -> plug it in again" in bench.fails()
        assert "offline -> plug it in again" in listed(bench)
    phone.answering = True


def test_a_phone_without_a_build_of_the_tool(bench: Workbench, adb: Adb, tmp_path: Path) -> None:
    properties = {"ro.product.cpu.abi": "x86_64", "ro.product.cpu.abilist": "x86_64"}
    with FakePhone(tmp_path / "emulator", properties) as emulator, connected(adb, emulator) as serial:
        bench.targets({"emulator": serial})
        bench.tool()
        assert "no benchmark tool for it: expected x86_64, got arm64-v8a -> add x86_64 under tool" in bench.fails()
        assert emulator.root.left() == []


def test_a_tool_that_is_not_there(bench: Workbench, adb: Adb, phone: FakePhone) -> None:
    with connected(adb, phone) as serial:
        bench.targets({"pixel": serial})
        bench.change(tool={"arm64-v8a": {"file": "nowhere/benchmark_model"}})
        assert "tool.arm64-v8a.file: no file 'nowhere/benchmark_model'" in bench.fails()


def test_a_hot_phone(bench: Workbench, adb: Adb, phone: FakePhone) -> None:
    phone.root.state(celsius=45, status=2)
    with connected(adb, phone) as serial:
        bench.tool()
        bench.targets({"pixel": serial}, cool_limit_s=0)
        assert (
            "the device stays too hot (thermal status 2): expected cool in 0 s -> put it where it cools"
            in bench.fails()
        )
        assert phone.root.left() == []


def test_no_adb(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ADB", "/nowhere/adb")
    with pytest.raises(DeviceError, match="ADB: no program '/nowhere/adb' -> set it to the path of adb"):
        client.find()
    monkeypatch.delenv("ADB")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert os.access(client.find(), os.X_OK)  # the wheel's, its run bit set
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(DeviceError, match="adb was not found -> install it"):
        client.find()


def test_a_program_that_is_no_adb(tmp_path: Path) -> None:
    program = tmp_path / "adb"
    program.write_text("#!/bin/sh\necho hello\n")
    program.chmod(0o755)
    with pytest.raises(DeviceError, match="is no adb"):
        client.Adb(program)


def test_an_adb_that_never_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, adb: Adb) -> None:
    program = tmp_path / "adb"
    program.write_text(f"#!/bin/sh\n[ $1 = version ] && exec {adb.path} version\nexec sleep 1000\n")
    program.chmod(0o755)
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(free_port()))
    silent = client.Adb(program)
    with pytest.raises(DeviceError, match=r"adb push: no answer: expected one in 0.2 s"):
        silent.call("-s", "x", "push", limit_s=0.2)


def test_a_server_of_another_version_is_left_alone(monkeypatch: pytest.MonkeyPatch, adb: Adb) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        asked: list[bytes] = []

        def answer() -> None:
            connection = server.accept()[0]
            asked.append(connection.recv(64))
            connection.sendall(b"OKAY00040027")
            connection.close()

        threading.Thread(target=answer, daemon=True).start()
        monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(server.getsockname()[1]))
        with pytest.raises(DeviceError, match="server of another version is running: expected 41, got 39"):
            client.Adb(adb.path)
    assert asked == [b"000chost:version"]  # nobody told it to end


def test_a_tool_for_another_abi_is_refused_here(tmp_path: Path) -> None:
    program = tmp_path / "tool"
    program.write_bytes(Path(sys.executable).resolve().read_bytes()[:64])
    other: Abi = "armeabi-v7a"
    with pytest.raises(SourceError, match="benchmark_model_armeabi-v7a: is built for another ABI"):
        tool.get(other, ToolFile(file=str(program)))
    program.write_text("<!doctype html>")
    with pytest.raises(SourceError, match="is no program"):
        tool.get(other, ToolFile(file=str(program)))
    program.write_text("#!/bin/sh\n")
    with pytest.raises(SourceError, match="another file than the known one"):
        tool.get(other, ToolFile(file=str(program), sha256="a" * 64))


def test_devices_are_listed_for_programs(bench: Workbench, adb: Adb, phone: FakePhone) -> None:
    with connected(adb, phone) as serial:
        done: subprocess.CompletedProcess[str] = bench.run(sys.executable, "-m", "litemill", "devices", "--json")
    assert f'"serial":"{serial}","state":"device","device":{{"model":"Google Pixel 8"' in done.stdout
