"""A device that the client is connected to, whatever it is."""

import shlex
import subprocess
import time
from pathlib import Path
from typing import Protocol

from devices.adb_client import LIMIT, Adb


class Place(Protocol):
    """What can be connected to."""

    tmp: str  # a folder on the device

    @property
    def serial(self) -> str:
        """What adb calls it."""

    def host(self, path: str) -> Path:
        """Return where a path of the device really lies."""

    def processes(self) -> dict[int, str]:
        """Return the command lines of what its shells have started, by id."""

    def plug(self) -> None:
        """Let it be connected to."""

    def unplug(self) -> None:
        """Cut its connections and take no new ones."""


class Device:
    """A device and the client that is connected to it.

    Parameters
    ----------
    adb
        The client.
    place
        The device.
    """

    def __init__(self, adb: Adb, place: Place) -> None:
        self.adb = adb
        self.place = place
        self.tmp = place.tmp
        self.connect()

    def connect(self) -> None:
        """Connect, again if need be."""
        self.adb.run("disconnect", self.place.serial)
        told = self.adb.run("connect", self.place.serial).stdout
        assert told.startswith(b"connected to"), told

    def run(self, *words: str, stdin: bytes | None = None, limit: float = LIMIT) -> subprocess.CompletedProcess[bytes]:
        """Run the client on this device."""
        return self.adb.run("-s", self.place.serial, *words, stdin=stdin, limit=limit)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start the client on this device and go on."""
        pipe = subprocess.PIPE
        command = [str(self.adb.path), "-s", self.place.serial, *words]
        return subprocess.Popen(command, env=self.adb.env, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe)

    def shell(self, line: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        """Run a line of its shell."""
        return self.run("shell", line, stdin=stdin)

    def at(self, name: str) -> str:
        """Return the path on the device of a file in its folder."""
        return f"{self.tmp}/{name}"

    def quoted(self, name: str) -> str:
        """Return that path as a word of its shell."""
        return shlex.quote(self.at(name))

    def host(self, name: str) -> Path:
        """Return where such a file really lies."""
        return self.place.host(self.at(name))

    def state(self) -> str | None:
        """Return its state, or None if the client knows it no longer."""
        return self.adb.states().get(self.place.serial)

    def await_state(self, wanted: str) -> None:
        """Wait until the client sees it so; the server itself tries to connect anew each few seconds."""
        ended = time.monotonic() + LIMIT
        while (state := self.state()) != wanted:
            assert time.monotonic() < ended, f"{wanted} was expected, it is {state}"
            time.sleep(0.05)
