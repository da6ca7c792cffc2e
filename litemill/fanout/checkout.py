"""DVC in the checkout that this process runs in: what it runs ends with this process."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from dvc.config import Config

from litemill.dvc import files
from litemill.fanout import repair
from litemill.ground.errors import LitemillError
from litemill.ground.process import die_with_parent

CONFIG = Path(".dvc/config")


PUSH_S = 3600


class Remote(NamedTuple):
    """A remote of DVC's; `verify`: whether objects are held against their hashes as they are taken from it."""

    name: str
    url: str
    verify: bool


def remote() -> Remote | None:
    """Return the remote that results are exchanged by; None where none is set."""
    config = Config(str(CONFIG.parent))
    name = config["core"].get("remote")
    if not name:
        return None
    if name not in config["remote"]:
        raise LitemillError(f"{CONFIG}: core.remote: no remote {name!r}", remedy=f"run: dvc remote add {name} ADDRESS")
    found = config["remote"][name]
    return Remote(name, str(found["url"]), bool(found.get("verify")))


def require_remote() -> Remote:
    """Return the remote; LitemillError where none is set, or what comes from it would be trusted unseen."""
    found = remote()
    if found is None:
        raise LitemillError(f"{CONFIG}: no remote", expected="one that workers can reach",
                            remedy="run: dvc remote add --default NAME ADDRESS")  # fmt: skip
    if not found.verify:
        raise LitemillError(f"{CONFIG}: remote {found.name}: objects are not held against their hashes",
                            remedy=f"run: dvc remote modify {found.name} verify true")  # fmt: skip
    return found


def cache() -> Path:
    """Return the folder of DVC's cache."""
    told = Config(str(CONFIG.parent))["cache"].get("dir")
    return Path(told or CONFIG.parent / "cache").resolve()


def repro(targets: Sequence[str] = (), limit_s: float | None = None, turn: Callable[[], object] = bool) -> set[str]:
    """Bring stages about, taking from the remote what others have built.

    `turn` is called each time a stage is done. What the remote has under a false name is dropped there and built anew.

    Returns
    -------
    set of str
        The stages that were run.

    Raises
    ------
    LitemillError
        A stage fails, or all together take longer than `limit_s`.
    """
    ran: set[str] = set()
    pull = ["--pull"] if remote() else []
    status = _repro([*pull, *targets], limit_s, turn, ran)
    if status != 0 and pull and repair.drop_false_listings():
        status = _repro([*pull, *targets], limit_s, turn, ran)
    if status != 0:
        late = status == -signal.SIGKILL and limit_s is not None
        got = f"killed, or longer than {limit_s:g} s" if late else f"exit status {status}"
        raise LitemillError("dvc repro failed", got=got, remedy="see its error above")
    return ran


def push_outputs(targets: Sequence[str]) -> None:
    """Push what stages have left, and DVC's records of what they were made of; LitemillError where that fails."""
    process = start("push", "--run-cache", "--with-deps", *targets)
    try:
        status = process.wait(PUSH_S)
    except subprocess.TimeoutExpired:
        process.kill()
        status = process.wait()
    if status != 0:
        raise LitemillError("dvc push failed", got=f"exit status {status}",
                            remedy="see that the remote can be reached and written, and has space")  # fmt: skip


def start(*command: str, stdout: int | None = None) -> "subprocess.Popen[bytes]":
    """Start DVC, to end with this process."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    # it waits for another DVC here; this process's own stderr is what libraries print
    return subprocess.Popen(
        [sys.executable, "-m", "dvc", "--wait-for-lock", *command],
        stdout=stdout,
        stderr=sys.stderr,
        env=os.environ | {"PATH": path},
        preexec_fn=die_with_parent,  # noqa: PLW1509  no other thread holds a lock that it needs
    )


def _repro(arguments: list[str], limit_s: float | None, turn: Callable[[], object], ran: set[str]) -> int:
    """Run `dvc repro`, its output going where this process's goes; give its exit status."""
    with start("repro", *arguments, stdout=subprocess.PIPE) as process:
        timer = threading.Timer(limit_s or threading.TIMEOUT_MAX, process.kill)
        timer.daemon = True
        timer.start()
        for line in process.stdout or ():
            text = line.decode(errors="replace")
            print(text, end="", flush=True)
            begun = files.RUNS.match(text)
            if begun:
                ran.add(begun[1])
            elif text.startswith("Updating lock file"):
                turn()
        timer.cancel()
        return process.wait()


# a push takes no more than this share of the time
SHARE = 0.1


class Pusher:
    """Pushes beside the build now and then, so that a worker that dies costs little but its current stage.

    Parameters
    ----------
    targets
        What is built.
    """

    def __init__(self, targets: Sequence[str]) -> None:
        self.targets = targets
        self.process: subprocess.Popen[bytes] | None = None
        self.began = 0.0
        self.next = 0.0

    def turn(self) -> None:
        """Begin a push, unless one runs or the last one was a moment ago."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            self.next = now + (now - self.began) * (1 / SHARE - 1)
            self.process = None
        if self.process is None and now >= self.next:
            self.began = now
            self.process = start("push", "--quiet", "--run-cache", "--with-deps", *self.targets)

    def end(self) -> None:
        """Wait for a push that runs; what it could not do, the last one says."""
        if self.process is not None:
            self.process.wait(PUSH_S)


def build(targets: Sequence[str], limit_s: float, *, push: bool) -> None:
    """Build a unit; LitemillError where a stage fails, or the remote does."""
    if not push:
        repro(targets, limit_s)
        return
    require_remote()
    pusher = Pusher(targets)
    try:
        ran = repro(targets, limit_s, pusher.turn)
    finally:
        pusher.end()
    repair.drop_false(ran)
    push_outputs(targets)
