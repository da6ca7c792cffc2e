"""A real scheduler and real workers, as processes on loopback that know nothing of the tests' checkout."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from distributed import Client

from fanout import zoo

LIMIT = 60


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

    def client(self, **options: Any) -> Client:
        """Connect to the scheduler, as soon as it is there."""
        return Client(scheduler_file=str(self.file), timeout=LIMIT, **options)

    def wait(self) -> None:
        """Wait until all workers are there."""
        with self.client() as client:
            client.wait_for_workers(len(self.processes) - 1, timeout=LIMIT)

    @property
    def address(self) -> str:
        """Where the scheduler is reached."""
        with self.client() as client:
            return str(client.scheduler.address)

    def scratch(self) -> list[Path]:
        """Give the scratch checkouts that are there."""
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
    """Give a cluster without workers, which ends with the test."""
    made = Cluster(folder, *arguments)
    try:
        yield made
    finally:
        made.close()


def interrupt(process: "subprocess.Popen[str]") -> None:
    """Press Ctrl-C: it goes to a terminal's whole group."""
    os.killpg(process.pid, signal.SIGINT)
