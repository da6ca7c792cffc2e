"""Debian's real adbd, in a network namespace of its own, since it would listen on every address."""

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Self

import pytest

from devices import phone_processes
from devices.adb_client import LIMIT, Adb
from devices.phone_root import TMP, PhoneRoot

FETCHED = Path(__file__).parents[2] / ".adbd"  # where tools/fetch_adbd.sh unpacks it
PORT = 5599


def program() -> tuple[Path, str] | None:
    """Return adbd and the folders of its libraries; None if the machine has none."""
    fetched = FETCHED / "root/usr/lib/android-sdk/platform-tools/adbd"
    if fetched.exists():
        libraries = (FETCHED / "root/usr/lib").glob("*-linux-gnu*")
        return fetched, ":".join(f"{place}/android:{place}" for place in libraries)
    installed = shutil.which("adbd", path="/usr/sbin:/usr/bin")
    return (Path(installed), "") if installed else None


def namespace() -> tuple[str, ...]:
    """Return the words that run a command in a namespace of its own."""
    rootless = () if os.geteuid() == 0 else ("--user", "--map-root-user")
    return ("unshare", "--net", *rootless)


def why_not() -> str | None:
    """Say why it can't be run here, or None."""
    if program() is None:
        return "there is no adbd: make test-adbd fetches it where the machine is a Debian with a network"
    missing = [name for name in ("unshare", "nsenter", "ip") if not shutil.which(name)]
    if missing:
        return f"the machine has no {missing[0]}"
    try:
        tried = subprocess.run(
            [*namespace(), "ip", "link", "set", "lo", "up"], capture_output=True, text=True, timeout=LIMIT, check=False
        )
    except OSError as error:
        return str(error)
    return f"no network namespace can be made here: {tried.stderr.strip()}" if tried.returncode else None


class RealAdbd:
    """A running adbd, with a client beside it in its namespace; a context manager.

    Parameters
    ----------
    folder
        A folder of its own. Its shell sees the machine, but for the commands: those of a phone, which say what a
        phone says. What the tests write there goes below `tmp`.
    """

    serial = f"127.0.0.1:{PORT}"

    def __init__(self, folder: Path) -> None:
        if reason := why_not():
            pytest.skip(reason)
        self.root = PhoneRoot(folder / "root")
        self.tmp = str(self.root.inside(TMP))
        self._holder = subprocess.Popen(
            [*namespace(), "sh", "-c", "ip link set lo up && echo up && exec sleep infinity"], stdout=subprocess.PIPE
        )
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == b"up\n"
        self._daemon: subprocess.Popen[bytes] | None = None
        self.adb = Adb(folder / "client", before=self._enter())

    def __enter__(self) -> Self:
        self.plug()
        return self

    def __exit__(self, *_error: object) -> None:
        self.adb.__exit__()
        self.unplug()
        self.root.kill()
        self._holder.kill()
        self._holder.communicate(timeout=LIMIT)

    def host(self, path: str) -> Path:
        """Return where a path of the device really lies."""
        return Path(path)

    def processes(self) -> dict[int, str]:
        """Return the command lines of what its shells have started, by id."""
        return {
            pid: line for pid, line in self.root.processes().items() if self._daemon is None or pid != self._daemon.pid
        }

    def plug(self) -> None:
        """Start it, and wait until it listens."""
        found = program()
        assert found is not None
        daemon, libraries = found
        self._daemon = subprocess.Popen(
            [*self._enter(), str(daemon)],
            cwd=self.tmp, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=self.root.environment() | {"ADBD_PORT": str(PORT), "LD_LIBRARY_PATH": libraries},
            preexec_fn=phone_processes.heed_all,  # noqa: PLW1509  it takes no lock
        )  # fmt: skip
        ended = time.monotonic() + LIMIT
        while not self._listens():
            assert self._daemon.poll() is None, "adbd has ended"
            assert time.monotonic() < ended, "adbd does not listen"
            time.sleep(0.02)

    def unplug(self) -> None:
        """Kill it: the connection is cut, what its shells have started goes on."""
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait(LIMIT)
            self._daemon = None

    def _enter(self) -> tuple[str, ...]:
        """Return the words that run a command in its namespace."""
        rootless = () if os.geteuid() == 0 else ("--user", "--preserve-credentials")
        return (shutil.which("nsenter") or "nsenter", "--target", str(self._holder.pid), "--net", *rootless)

    def _listens(self) -> bool:
        """Whether somebody listens on its port in its namespace (proc(5): state 0A)."""
        tables = [Path(f"/proc/{self._holder.pid}/net/{name}") for name in ("tcp", "tcp6")]
        rows = [row.split() for table in tables if table.exists() for row in table.read_text().splitlines()]
        return any(row[1].endswith(f":{PORT:04X}") and row[3] == "0A" for row in rows)
