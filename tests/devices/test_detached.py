"""What is told of a run from the folder that it leaves: on this machine's shell, which is as strict as a phone's."""

import os
import subprocess
from pathlib import Path

import pytest

from litemill.devices.detached import Detached
from litemill.devices.folder import Folder
from litemill.devices.transport import Answer, Host, Stop
from litemill.ground.errors import DeviceError

BOOT = Path("/proc/sys/kernel/random/boot_id")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(Host(), str(tmp_path / "litemill-123456789abc"))
    made.make()
    return made


def left(folder: Folder, **files: str) -> str:
    """Leave the files of a run, and give its state."""
    run = Path(folder.path) / "run-one"
    run.mkdir()
    for name, text in files.items():
        (run / name).write_text(text)
    return Detached(folder, Stop()).state("one")


def ended() -> str:
    """Return the id of a process that is no more."""
    process = subprocess.Popen(["true"])
    process.wait()
    return f"{process.pid}\n"


def test_nothing_there_is_absent(folder: Folder) -> None:
    assert Detached(folder, Stop()).state("one") == "absent"


def test_a_process_that_has_not_told_its_id_is_starting(folder: Folder) -> None:
    assert left(folder, boot=BOOT.read_text(), pid="") == "starting"


def test_a_process_that_is_gone_without_a_status_is_lost(folder: Folder) -> None:
    assert left(folder, boot="another\n", pid=ended()) == "lost"


def test_another_process_of_the_same_id_is_not_taken_for_it(folder: Folder) -> None:
    assert left(folder, boot=BOOT.read_text(), pid=f"{os.getpid()}\n") == "lost"


def test_a_process_that_names_the_folder_runs(folder: Folder) -> None:
    process = subprocess.Popen(["sh", "-c", "sleep 60; :", folder.path])
    try:
        assert left(folder, boot=BOOT.read_text(), pid=f"{process.pid}\n") == "running"
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(("boot", "status", "state"), [
    (BOOT.read_text(), "0", "done 0"), (BOOT.read_text(), "137", "done 137"),
    ("another\n", "0", "done 0"), ("another\n", "137", "lost"),
])  # fmt: skip
def test_what_ended_badly_before_a_restart_was_lost(folder: Folder, boot: str, status: str, state: str) -> None:
    assert left(folder, boot=boot, pid=ended(), status=f"{status}\n") == state


class Chatty(Host):
    """A shell that says more than it is asked, as a linker that warns does."""

    def __init__(self, ahead: str, behind: str = "") -> None:
        self.ahead, self.behind = ahead, behind

    def shell(self, script: str, limit_s: float = 10) -> Answer:
        done = super().shell(script, limit_s)
        return Answer(done.status, self.ahead + done.text + self.behind)


def test_warnings_ahead_of_the_state_are_passed_over(folder: Folder) -> None:
    chatty = Folder(Chatty("WARNING: linker: unused DT entry\n"), folder.path)
    assert left(chatty, boot="another\n", pid=ended()) == "lost"


def test_a_shell_that_gives_no_state_is_an_error_and_not_waited_for(folder: Folder) -> None:
    mute = Folder(Chatty("", "sh: syntax error\n"), folder.path)
    with pytest.raises(DeviceError, match=r"run-one.*expected absent, .*, done, got sh: syntax error"):
        left(mute, boot="another\n", pid=ended())
