"""The cable of a fake phone, pulled at just the moment that a test names."""

from pathlib import Path

from devices.adb_cable import Drop
from devices.making import Making


def test_the_cable_is_pulled_before_a_line_is_run_or_after(make: Making) -> None:
    fake, device = make()
    for after, there in ((0, False), (1, True)):
        fake.drops.append(Drop("shell", matching="touch", after=after))
        done = device.shell("touch /data/local/tmp/done; echo done; sleep 1000")
        assert (done.returncode, done.stdout) == (255, b"")
        assert fake.host("/data/local/tmp/done").exists() == there
        device.connect()
    assert not fake.drops


def test_the_cable_is_pulled_at_the_nth_poll_alone(make: Making) -> None:
    fake, device = make()
    fake.drops.append(Drop("shell", matching="^cat ", skip=2))
    statuses = []
    for _ in range(5):
        device.shell("echo other")
        statuses.append(device.shell("cat /proc/loadavg").returncode)
        if statuses[-1]:
            device.connect()
    assert statuses == [0, 0, 255, 0, 0]


def test_the_cable_is_pulled_in_the_middle_of_a_pull(make: Making, tmp_path: Path) -> None:
    fake, device = make()
    fake.host("/data/local/tmp/file").write_bytes(bytes(3_000_000))
    fake.drops.append(Drop("pull", matching="file", after=1_000_000))
    assert device.run("pull", device.at("file"), str(tmp_path / "back")).returncode == 1
    device.connect()
    assert device.run("pull", device.at("file"), str(tmp_path / "back")).returncode == 0
    assert (tmp_path / "back").stat().st_size == 3_000_000


def test_a_phone_may_stay_away_until_it_is_plugged_in(make: Making) -> None:
    fake, device = make()
    fake.drops.append(Drop("shell", away=None))
    assert device.shell("echo x").returncode == 255
    device.await_state("offline")
    assert device.adb.run("disconnect", fake.serial).returncode == 0
    assert b"Connection refused" in device.adb.run("connect", fake.serial).stdout
    fake.plug()
    device.connect()
    assert device.shell("echo x").stdout == b"x\n"
