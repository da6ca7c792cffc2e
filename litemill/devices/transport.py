"""Where the benchmark tool runs: a shell and files, on a phone or on this machine."""

import platform
import shutil
import subprocess
import threading
from pathlib import Path
from typing import NamedTuple, Protocol

from litemill.ground.errors import DeviceError

SHELL_S = 30.0


class Answer(NamedTuple):
    """What a shell said: exit status, output and errors as one text."""

    status: int
    text: str


class DroppedError(DeviceError):
    """The way to a device broke; it may come back."""


class StoppedError(DeviceError):
    """The user wants an end."""

    def __init__(self) -> None:
        super().__init__("stopped", remedy="run it again: it goes on from there")


class Stop:
    """Tells all threads to end; a pause ends with it."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """End every pause, now and from now on."""
        self._event.set()

    def pause(self, seconds: float) -> None:
        """Wait; StoppedError if an end is wanted."""
        if self._event.wait(seconds):
            raise StoppedError


class Transport(Protocol):
    """A shell and files."""

    @property
    def losses(self) -> int:
        """How often the way to it has broken: what was known of its files may hold no more."""

    def shell(self, script: str, limit_s: float = SHELL_S) -> Answer:
        """Run a script that can be run again where nobody knows how far it came."""

    def push(self, file: Path, path: str) -> None:
        """Copy a file there."""

    def pull(self, path: str) -> bytes:
        """Return the bytes of a file there."""


class Host:
    """The shell and files of the machine that we are on; the way to it never breaks."""

    losses = 0

    def shell(self, script: str, limit_s: float = SHELL_S) -> Answer:
        """Run a script."""
        try:
            done = subprocess.run(
                ["sh", "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                timeout=limit_s, check=False, start_new_session=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise DeviceError("this machine: no answer", expected=f"one in {limit_s:g} s", remedy="run it again"
                              ) from None  # fmt: skip
        return Answer(done.returncode, done.stdout.decode(errors="replace"))

    def push(self, file: Path, path: str) -> None:
        """Copy a file."""
        shutil.copyfile(file, path)

    def pull(self, path: str) -> bytes:
        """Return the bytes of a file."""
        return Path(path).read_bytes()


def host_abi() -> str:
    """Name this machine's ABI as `tool` in params.yaml does."""
    machine = platform.machine().lower()
    names = {"x86_64": "linux_x86-64", "amd64": "linux_x86-64", "aarch64": "linux_aarch64", "arm64": "linux_aarch64"}
    if platform.system() != "Linux" or machine not in names:
        raise DeviceError("this machine can't be a target", expected=" or ".join(dict.fromkeys(names.values())),
                          got=f"{platform.system()} {machine}", remedy="measure on a phone")  # fmt: skip
    return names[machine]
