"""A small zoo of two networks, and what a single machine makes of it."""

import os
import subprocess
import sys
from pathlib import Path

from clones import LIMIT, ONE_PICTURE, ONE_RUN, Clone

NETWORK = {"source": "magenta_mobile", "part": "predict", "input": [128, 128]}
NETWORKS = {"painting": NETWORK, "sketch": NETWORK | {"input": [160, 160], "recipes": ["fp32"]}}
# records of latencies are never the same
MEASURED = ("benchmark", "rewriting", "recommend")
# what the head, or the last job, does by itself: all that is before it comes from elsewhere
# `plan` runs on every machine: DVC does not cache it
LAST = {"plan", "gallery", "gate", "report"}


def settle(clone: Clone) -> None:
    """Cut the settings down to a network of two recipes and one of one."""
    whole = clone.params
    recipes = {name: whole["recipes"][name] for name in ("fp32", "int8")}
    recipes["int8"] |= {"calibration_samples": 1, "tolerance": {"bottleneck_cosine": 0.5}}
    smaller = {"fetch": ["magenta_mobile"], "networks": NETWORKS, "recipes": recipes, "bottleneck_from": {}}
    clone.set(whole | smaller | {"images": ONE_PICTURE, "benchmark": ONE_RUN, "gallery": []})


def made(clone: Clone) -> dict[str, bytes]:
    """Return what must be the same wherever it was built: artifacts, their records, and what they were made of."""
    return {
        name: data
        for name, data in clone.outputs().items()
        if name.startswith(("data/", "models/", "reports/records/"))
        and not name.startswith(("models/recommended/", *(f"reports/records/{stage}/" for stage in MEASURED)))
    }


def run(folder: Path, *command: str, **env: str) -> str:
    """Run a command as one does who has the packages installed; give what it printed."""
    done = attempt(folder, *command, **env)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def attempt(folder: Path, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run such a command, whatever comes of it."""
    return subprocess.run(
        command, cwd=folder, env=environment(folder) | env, capture_output=True, text=True, timeout=2 * LIMIT,
        check=False,
    )  # fmt: skip


def environment(folder: Path) -> dict[str, str]:
    """Return the environment in which commands run, none of it the tests' own checkout's."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    own = {"PATH": path, "DVC_SITE_CACHE_DIR": str(folder.parent / f"{folder.name}-site"), "LITEMILL_WARM_IDLE": "20"}
    return os.environ | own


def install(folder: Path) -> None:
    """Have `make` find the packages installed."""
    (folder / ".venv").mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (folder / ".venv" / name).symlink_to(Path(sys.prefix) / name)
    (folder / ".venv/installed").touch()


def commit(folder: Path) -> None:
    """Commit all that is there."""
    run(folder, "git", "add", "--all")
    run(folder, "git", "-c", "user.name=A", "-c", "user.email=a@b.example", "commit", "--quiet", "--message", "all")
