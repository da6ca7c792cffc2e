"""What a fake phone can be told to be, as the real adb client sees it."""

import re
import subprocess
from pathlib import Path

import pytest

from devices import tool_standin
from devices.adb_client import Adb
from devices.device import Device
from devices.fake_adbd import FakePhone
from devices.making import Making
from litemill import benchmark_log


def put_tool(device: Device, folder: Path, **settings: object) -> None:
    """Push the stand-in for the tool and a model."""
    tool = tool_standin.write(folder / "tool", **settings)
    model = tool_standin.model(folder / "model")
    assert device.run("push", str(tool), str(model), device.tmp).returncode == 0


def run_tool(device: Device) -> subprocess.CompletedProcess[bytes]:
    return device.shell(f"{device.at('tool')} --graph={device.at('model')}")


def test_it_says_which_phone_it_is(make: Making) -> None:
    fake, device = make({"ro.product.model": "Galaxy S9", "ro.product.cpu.abi": "armeabi-v7a"})
    listed = device.run("devices", "-l").stdout.decode()
    assert re.search(rf"{fake.serial}\s+device product:shiba model:Galaxy_S9 device:shiba", listed)
    said = device.shell("getprop ro.product.model; getprop ro.product.cpu.abi; getprop no.such; getprop no.such alas")
    assert said.stdout == b"Galaxy S9\narmeabi-v7a\n\nalas\n"
    assert b"[ro.build.version.release]: [14]\n" in device.shell("getprop").stdout


def test_its_temperature_and_battery_are_as_told(make: Making) -> None:
    fake, device = make()
    fake.root.state(celsius=43.2, level=17, status=3)
    said = device.shell(
        "dumpsys battery; dumpsys thermalservice; cat /sys/class/thermal/thermal_zone0/temp; dumpsys no"
    )
    text = said.stdout.decode()
    for part in ("  level: 17\n", "  temperature: 432\n", "Thermal Status: 3\n", "43200\n", "Can't find service: no\n"):
        assert part in text


def test_its_cores_are_big_and_little(make: Making) -> None:
    _, device = make()
    said = device.shell(
        "cat /sys/devices/system/cpu/cpu*/cpufreq/cpuinfo_max_freq | sort -n | uniq -c; taskset f0 echo on"
    )
    assert said.stdout.split() == [b"4", b"1704000", b"4", b"2914000", b"on"]
    assert device.shell("taskset zz echo on").returncode == 1


def test_nothing_of_the_machine_is_in_what_it_says(make: Making) -> None:
    fake, device = make()
    device.shell("for n in 1 2 3; do echo $n >/data/local/tmp/$n; done")
    said = device.shell(
        "ls -d /data/local/tmp/*; cd /data/local/tmp; pwd; echo $TMPDIR; ls /data/none; cat '/sdcard/no'"
    )
    assert said.stdout.split() == [b"/data/local/tmp/%d" % n for n in (1, 2, 3)] + [b"/data/local/tmp"] * 2
    assert b"'/data/none'" in said.stderr
    assert str(fake.root.folder).encode() not in said.stdout + said.stderr


def test_a_long_output_is_freed_of_the_folder_wherever_it_is_cut(make: Making) -> None:
    fake, device = make()
    lines = 20_000
    said = device.shell(f"yes $PHONE_ROOT/here | head -n {lines}").stdout
    assert said == b"/here\n" * lines
    assert device.shell("printf %s ${PHONE_ROOT%?}").stdout.decode() == str(fake.root.folder)[:-1]


def test_its_shell_has_what_a_phone_has_and_no_more(make: Making) -> None:
    _, device = make()
    assert device.shell("python3 -c 1 || bash -c : || perl -e 1").returncode == 127


def test_a_script_that_was_pushed_has_its_paths_too(make: Making, tmp_path: Path) -> None:
    fake, device = make()
    (tmp_path / "script").write_text('cat /sys/class/thermal/thermal_zone0/temp; echo "$1" >/data/local/tmp/said\n')
    device.run("push", str(tmp_path / "script"), device.tmp)
    assert device.shell("sh /data/local/tmp/script 'two words'").stdout == b"31500\n"
    assert fake.host("/data/local/tmp/said").read_text() == "two words\n"
    assert fake.host("/data/local/tmp/script").read_bytes() == (tmp_path / "script").read_bytes()


@pytest.mark.parametrize(
    "line", ["rm -rf /", "rm -rf {}", "rm -f /data/local/tmp/../../../../{}/file", "cd /data; rm -r ../.."]
)
def test_nothing_outside_of_its_folder_can_be_removed(make: Making, tmp_path: Path, line: str) -> None:
    (tmp_path / "file").touch()
    fake, device = make()
    done = device.shell(line.format(tmp_path))
    assert (done.returncode, b"Read-only file system" in done.stderr) == (1, True)
    assert (tmp_path / "file").exists()
    assert fake.root.folder.exists()


def test_it_sees_its_own_processes_alone(make: Making, adb: Adb, tmp_path: Path) -> None:
    _, device = make()
    with FakePhone(tmp_path / "other") as other:
        line = "setsid nohup sleep 1000 >/dev/null 2>&1 </dev/null & echo $!"
        there = int(Device(adb, other).shell(line).stdout)
        here = int(device.shell(line).stdout)
        assert device.shell("pidof sleep").stdout.split() == [b"%d" % here]
        assert re.search(rb"\d+ +sleep\n", device.shell("ps -A").stdout)
        assert device.shell("pgrep -f 'sleep 10+'; pidof none").returncode == 1
        assert device.shell("pkill -9 sleep").returncode == 0
        assert list(other.processes()) == [there]
        adb.run("disconnect", other.serial)
    assert not other.processes()


def test_an_unauthorized_phone_says_so_until_it_is_allowed(adb: Adb, phone: FakePhone) -> None:
    phone.authorized = False
    assert adb.run("connect", phone.serial).stdout == f"failed to authenticate to {phone.serial}\n".encode()
    assert adb.states()[phone.serial] == "unauthorized"
    refused = adb.run("-s", phone.serial, "shell", "true")
    assert (refused.returncode, b"device unauthorized" in refused.stderr) == (1, True)
    phone.authorized = True
    device = Device(adb, phone)
    assert device.shell("echo in").stdout == b"in\n"


@pytest.mark.long  # the client waits for ten seconds
def test_a_phone_that_does_not_answer_is_offline(adb: Adb, phone: FakePhone) -> None:
    phone.answering = False
    assert adb.run("connect", phone.serial).stdout == f"failed to connect to {phone.serial}\n".encode()
    assert adb.states()[phone.serial] == "offline"
    assert adb.run("-s", phone.serial, "shell", "true").stderr == b"adb: device offline\n"
    phone.answering = True
    assert Device(adb, phone).shell("echo in").stdout == b"in\n"


def test_an_old_phone_tells_no_status_and_mixes_what_is_said(make: Making, tmp_path: Path) -> None:
    _, device = make(old=True)
    assert device.run("features").stdout == b""
    done = device.shell("echo said; echo complained >&2; exit 7")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"said\r\ncomplained\r\n", b"")
    data = bytes(range(256)) * 2000
    (tmp_path / "file").write_bytes(data)
    assert device.run("push", str(tmp_path / "file"), device.tmp).returncode == 0
    assert device.run("exec-out", f"cat {device.at('file')}").stdout == data
    assert device.run("pull", device.at("file"), str(tmp_path / "back")).returncode == 0
    assert (tmp_path / "back").read_bytes() == data
    assert b"file" in device.run("ls", device.tmp).stdout
    assert device.run("pull", device.at("none"), str(tmp_path / "none")).returncode == 1


def test_a_full_disk_refuses_a_file_and_keeps_nothing_of_it(make: Making, tmp_path: Path) -> None:
    fake, device = make(capacity=1_000_000)
    (tmp_path / "large").write_bytes(bytes(3_000_000))
    done = device.run("push", str(tmp_path / "large"), device.tmp)
    assert done.returncode == 1
    assert b"remote write failed: No space left on device" in done.stderr
    assert fake.root.left() == []
    (tmp_path / "small").write_bytes(bytes(500_000))
    assert device.run("push", str(tmp_path / "small"), device.tmp).returncode == 0
    free = int(device.shell("df -k /data/local/tmp").stdout.splitlines()[1].split()[3])
    assert 300 < free < 500


def test_nothing_can_be_executed_where_that_is_forbidden(make: Making, tmp_path: Path) -> None:
    _, device = make(noexec=True)
    put_tool(device, tmp_path)
    device.shell(f"chmod 755 {device.at('tool')}")
    done = run_tool(device)
    assert (done.returncode, b"Permission denied" in done.stderr) == (126, True)


def test_a_tool_for_another_processor_does_not_run(make: Making, tmp_path: Path) -> None:
    _, device = make({"ro.product.cpu.abi": "armeabi-v7a"})
    put_tool(device, tmp_path, abi="arm64-v8a")
    done = run_tool(device)
    assert (done.returncode, b"not executable: 64-bit ELF file" in done.stderr) == (126, True)


@pytest.mark.parametrize(
    ("wrong", "status"), [("kill", 137), ("crash", 139), ("library", 1), ("invoke", 1), ("cut", 0)]
)
def test_a_tool_fails_as_told(make: Making, tmp_path: Path, wrong: str, status: int) -> None:
    _, device = make()
    put_tool(device, tmp_path, wrong=wrong)
    done = run_tool(device)
    assert done.returncode == status
    assert not any(run.ok for run in benchmark_log.read((done.stdout + done.stderr).decode()))


def test_each_phone_may_be_of_another_speed(make: Making, tmp_path: Path) -> None:
    fake, device = make()
    put_tool(device, tmp_path)
    fake.root.env["TOOL_LATENCY_US"] = "700"
    (found,) = benchmark_log.read(run_tool(device).stdout.decode())
    assert found.median_us == pytest.approx(700, rel=0.03)


def test_a_process_can_be_lost(make: Making, tmp_path: Path) -> None:
    fake, device = make()
    put_tool(device, tmp_path, wrong="hang")
    running = device.start("shell", f"{device.at('tool')} --graph={device.at('model')}")
    assert running.stdout is not None
    while b"Loaded model" not in running.stdout.readline():
        assert running.poll() is None
    assert fake.root.kill("tool") > 0
    running.communicate(timeout=30)
    assert running.returncode == 137


def test_a_phone_that_starts_anew_has_another_boot_and_no_process(make: Making) -> None:
    fake, device = make()
    line = "cat /proc/sys/kernel/random/boot_id"
    first = device.shell(line).stdout
    device.shell("setsid nohup sleep 1000 >/dev/null 2>&1 </dev/null &")
    fake.reboot()
    device.connect()
    assert device.shell(line).stdout != first
    assert device.shell("pidof sleep").returncode == 1


def test_a_slow_phone_outlasts_a_client_with_less_patience(make: Making) -> None:
    fake, device = make()
    fake.delay = 1000
    with pytest.raises(subprocess.TimeoutExpired):
        device.run("shell", "echo late", limit=0.5)
    fake.delay = 0
    assert device.shell("echo in time").stdout == b"in time\n"


def test_its_client_sees_no_other_devices(adb: Adb, phone: FakePhone) -> None:
    Device(adb, phone)
    assert adb.states() == {phone.serial: "device"}
