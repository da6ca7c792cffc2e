"""The real adb client, with a server, a home and a key of its own: nothing of the user's is touched."""

import os
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Self

import adbutils

LIMIT = 60  # seconds for any command


def binary(folder: Path) -> Path:
    """Return the adb that comes with the package adbutils, as a file that may be run."""
    name = "adb.exe" if sys.platform == "win32" else "adb"
    copy = folder / name
    shutil.copyfile(Path(adbutils.__file__).parent / "binaries" / name, copy)
    copy.chmod(0o755)
    return copy


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Adb:
    """The client; a context manager, at whose end its server ends.

    Parameters
    ----------
    folder
        A folder of its own: its home, with its key.
    before
        Words ahead of the command, as of a program that runs it elsewhere.
    """

    def __init__(self, folder: Path, before: tuple[str, ...] = ()) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = binary(folder)
        if before:
            self.path = folder / "adb-there"
            self.path.write_text(f'#!/bin/sh\nexec {shlex.join([*before, str(folder / "adb")])} "$@"\n')
            self.path.chmod(0o755)
        self.port = free_port()
        foreign = ("ADB_", "ANDROID_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        self.env = kept | {
            "ANDROID_ADB_SERVER_PORT": str(self.port),
            "ANDROID_USER_HOME": str(folder / ".android"),
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "ADB_USB": "0",  # the phones on the user's own cables are not ours
            "ADB_EMU": "0",
            "ADB_MDNS": "0",
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.run("kill-server")

    def run(self, *words: str, limit: float = LIMIT, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        """Run a command to its end, whatever its status."""
        return subprocess.run(
            [str(self.path), *words],
            env=self.env, input=stdin, stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True, timeout=limit, check=False,
        )  # fmt: skip

    def states(self) -> dict[str, str]:
        """Return the state of each device that it knows, by serial."""
        listed = self.run("devices").stdout.decode().splitlines()[1:]
        return dict(line.split("\t", 1) for line in listed if "\t" in line)
