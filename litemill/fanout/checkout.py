"""DVC in the checkout that this process runs in: what it runs ends with this process."""

import configparser
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from litemill.core.errors import LitemillError
from litemill.core.lifetime import die_with_parent

CONFIGS = (Path(".dvc/config"), Path(".dvc/config.local"))  # the later one counts
PUSH_S = 3600


def remote() -> str | None:
    """Give the name of the remote that results are exchanged by; None where none is set."""
    config = configparser.ConfigParser(interpolation=None)
    config.read(CONFIGS, encoding="utf-8")
    return config.get("core", "remote", fallback=None) or None


def require_remote() -> str:
    """Give the name of the remote; LitemillError where none is set."""
    name = remote()
    if name is None:
        raise LitemillError(f"{CONFIGS[0]}: no remote", expected="one that workers can reach",
                            remedy="run: dvc remote add --default NAME ADDRESS")  # fmt: skip
    return name


def repro(targets: Sequence[str], limit_s: float | None = None) -> None:
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
