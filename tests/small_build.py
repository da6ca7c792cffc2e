"""The small build that tests share: two networks, one of two recipes and one of one."""

import shutil
from pathlib import Path

from clones import ONE_PICTURE, ONE_RUN, Clone, ran
from filelock import FileLock

WAIT = 600  # seconds in which another process builds it
NETWORK = {"source": "magenta_mobile", "part": "predict", "input": [128, 128]}
NETWORKS = {"painting": NETWORK, "sketch": NETWORK | {"input": [160, 160], "recipes": ["fp32"]}}


def settle(clone: Clone) -> None:
    """Cut the settings down to them."""
    whole = clone.params
    recipes = {name: whole["recipes"][name] for name in ("fp32", "int8")}
    recipes["int8"] |= {"calibration_samples": 2, "tolerance": {"bottleneck_cosine": 0.5}}
    smaller = {"fetch": ["magenta_mobile"], "networks": NETWORKS, "recipes": recipes, "bottleneck_from": {}}
    clone.set(whole | smaller | {"images": ONE_PICTURE, "benchmark": ONE_RUN, "gallery": []})


def fresh(folder: Path) -> Clone:
    """Return a clone in which nothing is built."""
    clone = Clone(folder / "clone")
    settle(clone)
    return clone


def shared(folder: Path) -> Clone:
    """Return the clone in `folder`, built by the first process that asks for it."""
    built = folder / "built"
    folder.mkdir(exist_ok=True)
    with FileLock(folder / "lock", timeout=WAIT):
        if not built.exists():
            shutil.rmtree(folder / "clone", ignore_errors=True)
            done = fresh(folder).repro()
            assert done.returncode == 0, done.stdout + done.stderr
            assert {"painting/convert@fp32", "painting/convert@int8", "sketch/convert@fp32", "gate"} <= ran(done)
            built.touch()
    return Clone(folder / "clone")


def copy(clone: Clone, folder: Path) -> Clone:
    """Return a copy of what is built, of a test's own."""
    shutil.copytree(clone.root, folder, symlinks=True)
    return Clone(folder)
