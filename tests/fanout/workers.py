"""A real scheduler and real workers, as processes on loopback that know nothing of the tests' checkout."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from distributed import Client

from fanout import zoo

LIMIT = 120
SOON = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "4s"}  # for a head that is to find no scheduler


class Cluster:
    """A scheduler with workers in a folder of their own.

    Parameters
    ----------
    folder
        Where they put what they need.
    arguments
        For `dask scheduler` and `dask worker` both, as those for TLS.
    """

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder, self.arguments = folder, arguments
        self.processes: list[subprocess.Popen[bytes]] = []
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / "scheduler.json"
        self._start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(self.file)
        )

    def worker(self, name: str, *options: str, **env: str) -> subprocess.Popen[bytes]:
        """Start a worker of one thread."""
        own = ("--name", name, "--scheduler-file", str(self.file), "--nthreads", "1", "--no-dashboard")
        return self._start("worker", *own, "--local-directory", str(self.folder / name), *options, **env)

    def client(self) -> Client:
        """Connect to the scheduler, as soon as it is there."""
        return Client(self.address, timeout=LIMIT)

    def wait(self) -> None:
        """Wait until all workers are there."""
        with self.client() as client:
            client.wait_for_workers(len(self.processes) - 1, timeout=LIMIT)

    @property
    def address(self) -> str:
        """Where the scheduler is reached, as soon as it is there."""
        ends = time.monotonic() + LIMIT
        while True:
            with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):  # not there yet, or not whole
                return str(json.loads(self.file.read_text())["address"])
            assert time.monotonic() < ends
            time.sleep(0.02)

    def scratch(self) -> list[Path]:
        """Return the scratch checkouts that are there."""
        return list(self.folder.glob("*/dask-scratch-space*/*/litemill-*"))

    def close(self) -> None:
        """End them all, and what they started."""
        for process in self.processes:
            family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
            process.terminate()
            try:
                process.wait(LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
            for one in family:
                if one.is_running():
                    one.kill()

    def _start(self, *command: str, **env: str) -> "subprocess.Popen[bytes]":
        printed = (self.folder / f"{command[0]}-{len(self.processes)}.log").open("wb")
        own = zoo.environment(self.folder) | {"PYTHONPATH": ""} | env
        program = str(Path(sys.executable).with_name("dask"))
        process = subprocess.Popen(
            [program, *command, *self.arguments], cwd=self.folder, env=own, stdout=printed, stderr=printed
        )
        self.processes.append(process)
        return process


@contextmanager
def cluster(folder: Path, *arguments: str) -> Iterator[Cluster]:
    """Return a cluster without workers, which ends with the test."""
    made = Cluster(folder, *arguments)
    try:
        yield made
    finally:
        made.close()


def fanout(root: Path, address: str, *options: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a fan-out to its end."""
    return zoo.attempt(root, "python", "-m", "litemill", "fanout", "--scheduler", address, *options, **env)


def start(root: Path, *options: str, **env: str) -> "subprocess.Popen[str]":
    """Start a fan-out in a group of its own."""
    return subprocess.Popen(
        ["python", "-m", "litemill", "fanout", *options], cwd=root, env=zoo.environment(root) | env, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        preexec_fn=_heed,  # noqa: PLW1509  it takes no lock
    )  # fmt: skip


def until(told: Callable[[], object]) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + LIMIT
    while not told():
        assert time.monotonic() < ends
        time.sleep(0.05)


def builds(folder: Path) -> list[psutil.Process]:
    """Return the processes that run in a folder or below it."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(folder):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def _heed() -> None:
    """Heed Ctrl-C, also where the tests were started by `&`."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupt(process: "subprocess.Popen[str]") -> None:
    """Press Ctrl-C: it goes to a terminal's whole group."""
    os.killpg(process.pid, signal.SIGINT)
