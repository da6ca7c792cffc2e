"""What the orchestration costs: cold builds against the same work in one plain process, in turn, as ratios.

A build is `dvc repro`, one stage at a time, and what `make repro` runs, which builds new networks two at a time. Run as
`python benchmarks/build_overhead.py [ROUNDS [RECIPE,...]]`; with recipes, every network is built with these
alone. Each run has a scratch clone of its own at the committed state.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
TIME_LIMIT_S = 1800

PLAIN = """
from importlib import import_module
from litemill.settings import params
p = params.load()
def run(stage, *given): getattr(import_module(f"stages.{stage}"), stage)(*given)
for name in p.fetch: run("fetch", name)
run("baselines")
for stage in ("freeze", "samples", "reference", "variants"):
    for name in p.networks: run(stage, name)
for name in p.networks:
    for recipe in p.built_with(name): run("convert", name, recipe)
for stage in ("validate", "benchmark", "recommend"):
    for name in p.networks: run(stage, name)
for transfer, predict in p.bottleneck_from.items(): run("endtoend", transfer, predict)
for stage in ("phones", "gate", "gallery", "report"): run(stage)
"""


def clone(folder: Path, recipes: Sequence[str]) -> Path:
    """Clone the repository without what DVC knows of earlier runs; with `recipes`, cut down to these."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True, timeout=TIME_LIMIT_S)
    for lock in (folder / "dvc.lock", *folder.glob("pipelines/*/dvc.lock")):
        lock.unlink(missing_ok=True)
    if recipes:
        path = folder / "params.yaml"
        params = yaml.safe_load(path.read_text())
        for network in params["networks"].values():
            network["recipes"] = list(recipes)
        path.write_text(yaml.safe_dump(params, sort_keys=False))
        subprocess.run(
            [sys.executable, "-m", "litemill", "plan", "--write"], cwd=folder, check=True, timeout=TIME_LIMIT_S
        )
    return folder


def timed(command: list[str], folder: Path) -> float:
    """Run a command in a folder and give its wall time in seconds."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, timeout=TIME_LIMIT_S)
    return time.perf_counter() - start


def main(rounds: int, recipes: Sequence[str]) -> None:
    """Print each round's times, then the median ratios with their ranges."""
    ways = {"one process": [sys.executable, "-c", PLAIN], "dvc repro": ["dvc", "repro"],
            "make repro": [sys.executable, "-m", "litemill", "repro"]}  # fmt: skip
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        scratch = Path(tempfile.mkdtemp(prefix="overhead-"))
        try:
            for name, command in ways.items():
                taken[name].append(timed(command, clone(scratch / name.replace(" ", "-"), recipes)))
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        print(
            f"round {number + 1}: " + ", ".join(f"{name} {times[-1]:.1f} s" for name, times in taken.items()),
            flush=True,
        )
    plain, *built = ways
    for name in built:
        ratios = [one / of for one, of in zip(taken[name], taken[plain], strict=True)]
        print(f"{name}: median {statistics.median(ratios):.2f} of {rounds} ({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    main(rounds, sys.argv[2].split(",") if len(sys.argv) > 2 else [])  # noqa: PLR2004
