"""What a worker does, which needs no litemill of its own: it is sent there, and imports nothing of ours.

A unit is built in a scratch checkout of what the head sent, by that checkout's own code, in a process that is ended
when nobody wants the unit any more, or when it takes too long or too much memory.
"""

import contextlib
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import TypedDict

import psutil
from distributed import Worker, get_worker

# what the bytes of artifacts may depend on, and what exchanges them
PACKAGES = ("tensorflow", "ai-edge-litert", "litert-quantizer", "numpy", "scipy", "dvc", "distributed")
SCRATCH = "litemill-"
LOOK_S = 1.0
GIT_S = 300
INTERRUPT_S = 15
LOG_BYTES = 20_000
CONFIG = """[core]
    analytics = false
    check_update = false
    remote = {remote}
[cache]
    dir = {cache}
    type = "reflink,hardlink,copy"
"""


class Job(TypedDict):
    """What a worker is told.

    Parameters
    ----------
    commit
        What the bundle holds.
    commands, returned
        What Python runs, one after the other; the files, as a pattern, that are given back to the head.
    remote, url, cache
        Of DVC's: no remote where they are empty; the host's own cache.
    """

    commit: str
    commands: list[list[str]]
    returned: str
    versions: dict[str, str]
    remote: str
    url: str
    cache: str
    memory_bytes: int
    limit_s: float


class Outcome(TypedDict):
    """What came of it: `why` is empty where the unit was built; `log` is the end of what it printed; files by path."""

    why: str
    log: str
    files: dict[str, str]
    where: str
    seconds: float


class EndedError(Exception):
    """A unit that was not built, and why."""


def versions() -> dict[str, str]:
    """Return the versions that have to be the same on every machine."""
    found = {"python": ".".join(platform.python_version_tuple()[:2]), "machine": platform.machine()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "none"
    return found


def build(job: Job, bundle: bytes) -> Outcome:
    """Build a unit in a scratch checkout, nothing of which stays; in a task of Dask's."""
    worker = get_worker()
    began = time.monotonic()
    log, why, files = b"", "", {}
    try:
        _same_versions(job["versions"])
        with _scratch(Path(worker.local_directory)) as folder:
            printed = folder / "log"
            try:
                _check_out(folder / "checkout", bundle, job["commit"])
                _configure(folder / "checkout", job)
                for command in job["commands"]:
                    _run(folder / "checkout", job, command, printed)
                files = _returned(folder / "checkout", job["returned"])
            finally:
                log = printed.read_bytes()[-LOG_BYTES:] if printed.exists() else b""
    except (EndedError, OSError, subprocess.SubprocessError) as error:
        why = str(error)
    seconds = time.monotonic() - began
    said = log.decode(errors="replace")
    return {"why": why, "log": said, "files": files, "where": worker.address, "seconds": seconds}


def left(dask_worker: Worker) -> int:
    """Count the scratch checkouts of a worker that are still there; Dask's `run` gives the worker."""
    return len(list(Path(dask_worker.local_directory).glob(f"{SCRATCH}*")))


def _same_versions(wanted: dict[str, str]) -> None:
    found = versions()
    other = [f"{name} {found[name]} here, {wanted[name]} at the head" for name in wanted if found[name] != wanted[name]]
    if other:
        raise EndedError(f"refused, bytes could differ: {'; '.join(other)}")


@contextlib.contextmanager
def _scratch(place: Path) -> Iterator[Path]:
    """Return a folder that is gone afterwards; of a worker that is killed, Dask's next one there removes it."""
    folder = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=place))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check_out(folder: Path, bundle: bytes, commit: str) -> None:
    """Make a checkout of the one commit that a bundle holds."""
    file = folder.with_name("bundle")
    file.write_bytes(bundle)
    for command in (
        ("init", "--quiet", str(folder)),
        ("-C", str(folder), "fetch", "--quiet", str(file), commit),
        ("-C", str(folder), "-c", "advice.detachedHead=false", "checkout", "--quiet", commit),
    ):
        done = subprocess.run(["git", *command], capture_output=True, text=True, timeout=GIT_S, check=False)
        if done.returncode != 0:
            raise EndedError(f"git {command[0]} failed: {done.stderr.strip()}")
    file.unlink()


def _configure(checkout: Path, job: Job) -> None:
    """Tell DVC its cache, which the units of a host share, and the remote as the head reaches it."""
    cache = Path(job["cache"] or Path(get_worker().local_directory).parent / "litemill-cache")
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = CONFIG.format(cache=cache, remote=job["remote"])
    if job["remote"]:
        text += f"['remote \"{job['remote']}\"']\n    url = {job['url']}\n"
    (checkout / ".dvc/config.local").write_text(text)


def _returned(checkout: Path, pattern: str) -> dict[str, str]:
    """Return the files that the head wants."""
    found = [path for path in checkout.glob(pattern) if path.is_file()] if pattern else []
    return {path.relative_to(checkout).as_posix(): path.read_text(encoding="utf-8") for path in found}


def _run(checkout: Path, job: Job, command: list[str], log: Path) -> None:
    """Run one of a unit's commands to its end; EndedError where that is none, or a bad one."""
    family: set[psutil.Process] = set()
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=checkout, env=_environment(checkout), stdin=subprocess.DEVNULL,
            stdout=stream, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            status = _watched(process, job, family)
        finally:
            _end(process, family)
    if status != 0:
        raise EndedError(f"exit status {status}")


def _environment(checkout: Path) -> dict[str, str]:
    """Return the environment of a unit: one thread where the worker is for one, and no traces beside the checkout."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    own = {"PATH": path, "DVC_SITE_CACHE_DIR": str(checkout.with_name("site")), "LITEMILL_WARM_IDLE": "20"}
    threads = os.environ.get("OMP_NUM_THREADS")
    if threads:
        own |= {"TF_NUM_INTRAOP_THREADS": threads, "TF_NUM_INTEROP_THREADS": threads}
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | own


def _watched(process: "subprocess.Popen[bytes]", job: Job, family: set[psutil.Process]) -> int:
    """Wait for a process, and keep book of all that it started; give its exit status."""
    ends = time.monotonic() + job["limit_s"]
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(LOOK_S)
        with contextlib.suppress(psutil.NoSuchProcess):
            family.update(psutil.Process(process.pid).children(recursive=True))
        if not _wanted():
            raise EndedError("nobody wants it any more")
        if time.monotonic() > ends:
            raise EndedError(f"not done within {job['limit_s']:g} s (limits.minutes in params.yaml)")
        used = sum(map(_memory, family))
        if used > job["memory_bytes"]:
            limit = f"{job['memory_bytes'] / 1e9:.3g} GB (limits.memory_gb in params.yaml)"
            raise EndedError(f"{used / 1e9:.3g} GB of memory, more than its {limit}")


def _wanted() -> bool:
    """Tell whether the task that this thread runs has not been cancelled, and the worker is not about to end."""
    worker = get_worker()
    task = worker.state.tasks.get(worker.get_current_task())
    return task is not None and task.state == "executing" and worker.status.name in {"running", "paused"}


def _memory(process: psutil.Process) -> int:
    """Return a process's memory in bytes, what forks share counted once (where the system can tell)."""
    try:
        told = process.memory_full_info()
        return int(getattr(told, "pss", told.rss))
    except psutil.Error:
        return 0


def _end(process: "subprocess.Popen[bytes]", family: set[psutil.Process]) -> None:
    """End a process and all that it started: as Ctrl-C does, so that phones are left clean, then for good."""
    with contextlib.suppress(psutil.NoSuchProcess):
        family |= {*psutil.Process(process.pid).children(recursive=True)}
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(INTERRUPT_S)
    process.kill()
    process.wait()
    for one in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    psutil.wait_procs(family, timeout=INTERRUPT_S)
