"""DVC in the checkout that this process runs in: what it runs ends with this process."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from dvc.config import Config

from litemill.core.errors import LitemillError
from litemill.core.lifetime import die_with_parent

CONFIG = Path(".dvc/config")
PUSH_S = 3600


class Remote(NamedTuple):
    """A remote of DVC's; `verify`: whether objects are held against their hashes as they are taken from it."""

    name: str
    url: str
    verify: bool


def remote() -> Remote | None:
    """Give the remote that results are exchanged by; None where none is set."""
    config = Config(str(CONFIG.parent))
    name = config["core"].get("remote")
    if not name:
        return None
    if name not in config["remote"]:
        raise LitemillError(f"{CONFIG}: core.remote: no remote {name!r}", remedy=f"run: dvc remote add {name} ADDRESS")
    found = config["remote"][name]
    return Remote(name, str(found["url"]), bool(found.get("verify")))


def require_remote() -> Remote:
    """Give the remote; LitemillError where none is set, or what comes from it would be trusted unseen."""
    found = remote()
    if found is None:
        raise LitemillError(f"{CONFIG}: no remote", expected="one that workers can reach",
                            remedy="run: dvc remote add --default NAME ADDRESS")  # fmt: skip
    if not found.verify:
        raise LitemillError(f"{CONFIG}: remote {found.name}: objects are not held against their hashes",
                            remedy=f"run: dvc remote modify {found.name} verify true")  # fmt: skip
    return found


def cache() -> Path:
    """Give the folder of DVC's cache."""
    told = Config(str(CONFIG.parent))["cache"].get("dir")
    return Path(told or CONFIG.parent / "cache").resolve()


def repro(targets: Sequence[str] = (), limit_s: float | None = None) -> None:
    """Bring stages about, taking from the remote what others have built; LitemillError where one fails."""
    pull = ["--pull"] if remote() else []
    _run("repro", *pull, *targets, limit_s=limit_s, remedy="see its error above")


def push(targets: Sequence[str]) -> None:
    """Push what stages have left, and DVC's records of what they were made of; LitemillError where that fails."""
    _run("push", "--run-cache", "--with-deps", *targets, limit_s=PUSH_S,
         remedy="see that the remote can be reached and written, and has space; then run it again")  # fmt: skip


def _run(verb: str, *arguments: str, limit_s: float | None, remedy: str) -> None:
    """Run DVC, its output going where this process's goes."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    command = [sys.executable, "-m", "dvc", "--wait-for-lock", verb, *arguments]
    try:
        # one that was killed would leave it running
        done = subprocess.run(command, env=os.environ | {"PATH": path}, check=False, timeout=limit_s,
                              preexec_fn=die_with_parent)  # fmt: skip
    except subprocess.TimeoutExpired:
        raise LitemillError(f"dvc {verb}: not done", expected=f"{limit_s:g} s at most", remedy=remedy) from None
    if done.returncode != 0:
        raise LitemillError(f"dvc {verb} failed", got=f"exit status {done.returncode}", remedy=remedy)
