"""The adb client: found, called with time limits, and asked in ways that tell a broken way from a failed command."""

import importlib.util
import os
import re
import secrets
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from litemill.devices.transport import Answer, DroppedError
from litemill.ground.errors import DeviceError

CALL_S = 20.0
_BROKEN = re.compile(
    r"device '.*' not found|device (?:offline|still authorizing|unauthorized)|no devices/emulators found"
    r"|error: closed|connection reset|protocol fault|failed to (?:read|write|send)|broken pipe|transport|eof",
    re.IGNORECASE,
)
_ABI_OF_SERVER = re.compile(r"version \d+\.\d+\.(\d+)")
# what to do about a state other than `device`
REMEDIES = {
    "unauthorized": "unlock the phone and allow USB debugging for this computer",
    "authorizing": "unlock the phone and allow USB debugging for this computer",
    "offline": "plug it in again, or switch USB debugging off and on: it does not answer",
    "connecting": "wait a moment: it is being connected to",
    "recovery": "restart it: it is in recovery mode",
    "rescue": "restart it: it is in rescue mode",
    "sideload": "restart it: it waits for an update",
    "bootloader": "restart it: it is in its boot loader",
    "no permissions": "let your user reach it: udev rules, group plugdev; then plug it in again",
}


class Listed(NamedTuple):
    """A device that adb knows: its serial and state; `device` is the one in which it can be used."""

    serial: str
    state: str

    @property
    def remedy(self) -> str:
        """What to do so that it can be used; empty if it can."""
        return "" if self.state == "device" else REMEDIES.get(self.state, "plug it in again")


class Output(NamedTuple):
    """What a call of the client gave."""

    status: int
    said: bytes
    complained: str


def find() -> Path:
    """Return the client: $ADB, the one on the PATH, or the one that comes with the package adbutils."""
    if named := os.environ.get("ADB"):
        if found := shutil.which(named):
            return Path(found)
        raise DeviceError(f"ADB: no program {named!r}", remedy="set it to the path of adb, or unset it")
    if found := shutil.which("adb"):
        return Path(found)
    package = importlib.util.find_spec("adbutils")
    for folder in package.submodule_search_locations or () if package else ():
        program = Path(folder) / "binaries" / ("adb.exe" if sys.platform == "win32" else "adb")
        if program.is_file():
            return _runnable(program)
    raise DeviceError("adb was not found", remedy="install it (Debian: apt install adb), or set ADB to its path")


def _runnable(program: Path) -> Path:
    """Set the run bit, which a wheel does not keep."""
    if not os.access(program, os.X_OK):
        try:
            program.chmod(program.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        except OSError:
            raise DeviceError(f"{program}: can't be run", remedy=f"chmod +x {program}, or set ADB") from None
    return program


class Adb:
    """The client, whose server speaks the same version.

    Parameters
    ----------
    program
        Its path.

    Raises
    ------
    DeviceError
        It does not run, or a server of another version does: the client would end that one, and others' work.
    """

    def __init__(self, program: Path) -> None:
        self._program = program
        version = _ABI_OF_SERVER.search(self.call("version").said.decode(errors="replace"))
        if not version:
            raise DeviceError(f"{program}: is no adb", remedy="set ADB to the path of adb")
        running = _server_version()
        if running is not None and running != int(version[1]):
            raise DeviceError(
                "an adb server of another version is running", expected=version[1], got=running,
                remedy="end it with the adb that started it (`adb kill-server`), or set ADB to that one",
            )  # fmt: skip

    def call(self, *arguments: str, limit_s: float = CALL_S) -> Output:
        """Run the client; DroppedError if it takes too long."""
        try:
            # a session of its own: Ctrl-C ends us, and we still have to clean the device through it
            done = subprocess.run(
                [str(self._program), *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                timeout=limit_s, check=False, start_new_session=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            said = f"adb {arguments[0] if arguments[0] != '-s' else arguments[2]}"
            raise DroppedError(f"{said}: no answer", expected=f"one in {limit_s:g} s", remedy="plug the device in again"
                               ) from None  # fmt: skip
        except OSError as error:
            raise DeviceError(f"{self._program}: can't be run", got=error.strerror, remedy="set ADB to adb") from None
        return Output(done.returncode, done.stdout, done.stderr.decode(errors="replace").strip())

    def devices(self) -> list[Listed]:
        """List what is attached."""
        given = self.call("devices")
        if given.status:
            raise DeviceError("adb can't list devices", got=_last(given.complained), remedy="run: adb devices")
        lines = given.said.decode(errors="replace").splitlines()
        found = []
        for line in lines[1:]:
            serial, tab, state = line.partition("\t")
            if tab:
                state = state.strip()
                found.append(Listed(serial, "no permissions" if state.startswith("no permissions") else state))
        return found

    def connect(self, serial: str) -> None:
        """Connect to a device by its address; its status says nothing, `devices` does."""
        self.call("connect", serial)

    def reconnect(self, serial: str) -> None:
        """Connect anew: of a connection that it holds for a broken one, `connect` alone says that it is there."""
        self.call("disconnect", serial)
        self.call("connect", serial)

    def shell(self, serial: str, script: str, limit_s: float) -> Answer:
        """Run a script on a device; DroppedError if it was not seen to end.

        The status that adb gives is 0 on old devices and 255 for a lost one: a marker of our own ends the output.
        """
        marker = f"end-{secrets.token_hex(8)}"
        line = f"( {script}\n) 2>&1; status=$?; echo; echo {marker} $status"
        given = self.call("-s", serial, "shell", line, limit_s=limit_s)
        text = given.said.decode(errors="replace").replace("\r\n", "\n")
        body, found, status = text.rpartition(f"\n{marker} ")
        if not found or not status.strip().isdigit():
            raise DroppedError(f"{serial}: the connection dropped", got=_last(given.complained) or None,
                               remedy="plug it in again")  # fmt: skip
        return Answer(int(status), body)

    def push(self, serial: str, file: Path, path: str, limit_s: float) -> None:
        """Copy a file to a device; DroppedError if the way broke, DeviceError if the device refused."""
        self._copied(self.call("-s", serial, "push", str(file.resolve()), path, limit_s=limit_s), serial)

    def pull(self, serial: str, path: str, file: Path, limit_s: float) -> None:
        """Copy a file from a device."""
        self._copied(self.call("-s", serial, "pull", path, str(file.resolve()), limit_s=limit_s), serial)

    def _copied(self, given: Output, serial: str) -> None:
        if not given.status:
            return
        # a line that sums up what was sent comes before the error or after it, as it happens
        told = [line for line in given.complained.splitlines() if line.startswith("adb: error:")]
        why = _last("\n".join(told)) or _last(given.complained) or _last(given.said.decode(errors="replace"))
        if "No space left" in why:
            raise DeviceError(f"{serial}: no space left on the device", got=why, remedy="remove something from it")
        if _BROKEN.search(why) or not why:
            raise DroppedError(f"{serial}: the connection dropped", got=why or None, remedy="plug it in again")
        raise DeviceError(f"{serial}: a file can't be copied", got=why, remedy="see targets.NAME.folder in params.yaml")


def _server_version() -> int | None:
    """Ask a server that runs for its version (host:version); None where there is none."""
    port = int(os.environ.get("ANDROID_ADB_SERVER_PORT", "5037"))
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=CALL_S) as connection:
            connection.sendall(b"000chost:version")
            with connection.makefile("rb") as answer:
                if answer.read(4) != b"OKAY":
                    return None
                return int(answer.read(int(answer.read(4), 16)), 16)
    except (OSError, ValueError):
        return None


def _last(text: str) -> str:
    """Return the last line that says something."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
