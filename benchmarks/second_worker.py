"""What a second worker saves: the zoo's units by one local worker of one thread and by two, in turn, as a ratio.

Run as `python -m benchmarks.second_worker [ROUNDS [MOST]]`; MOST cuts networks of more recipes to several units. Each
run has a scratch clone of its own at the committed state, with an empty cache. Latencies are left out: two workers of
one host would disturb each other. At the end the head restores what they built, and all artifacts are compared.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TIME_LIMIT_S = 3600
FAN_OUT = """
import json, sys, time
from litemill.fanout import units
from litemill.settings import params
from litemill.fanout import cluster, snapshot
from litemill.fanout.head import Head
from litemill.fanout.units import Jobs

if __name__ == "__main__":
    workers, most = map(int, sys.argv[1:])
    p, taken, began = params.load(), snapshot.take(), time.monotonic()
    with cluster.local(workers) as client:
        jobs = Jobs(p, taken.commit, most, here=True)
        head = Head(client, taken.bundle, jobs, lambda text: print(text, file=sys.stderr))
        failed = head.build([one for one in units.units(p, most) if not one.needs])
    assert not failed, failed
    print(json.dumps(time.monotonic() - began))
"""


def clone(folder: Path) -> None:
    """Clone the repository without what DVC knows of earlier runs."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True, timeout=TIME_LIMIT_S)
    for lock in (folder / "dvc.lock", *folder.glob("pipelines/*/dvc.lock")):
        lock.unlink(missing_ok=True)


def run(folder: Path, *command: str) -> str:
    """Run a command in a clone; give what it prints."""
    own = {"PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])), "LITEMILL_WARM_IDLE": "10"}
    own["DVC_SITE_CACHE_DIR"] = str(folder / "site")
    done = subprocess.run(
        command, cwd=folder, env=os.environ | own, stdout=subprocess.PIPE, text=True, check=True, timeout=TIME_LIMIT_S
    )
    return done.stdout


def fanned_out(folder: Path, workers: int, most: int) -> float:
    """Build all units in a new clone by so many workers; give the seconds."""
    clone(folder)
    seconds: float = json.loads(run(folder, sys.executable, "-c", FAN_OUT, str(workers), str(most)).splitlines()[-1])
    return seconds


def restored(folder: Path) -> tuple[dict[str, bytes], int]:
    """Restore all artifacts at the head; give them, and how many stages had to be run for it."""
    targets = [f"{path.relative_to(folder)}:validate" for path in sorted(folder.glob("pipelines/*/dvc.yaml"))]
    told = run(folder, "dvc", "repro", *targets)
    artifacts = {str(path.relative_to(folder)): path.read_bytes() for path in folder.glob("models/*/*.tflite")}
    return artifacts, told.count("Running stage ")


def main(rounds: int, most: int) -> None:
    """Print the ratio of each round and their median, then what came of comparing the artifacts."""
    ratios = []
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(rounds):
            seconds = {}
            for workers in (1, 2) if number % 2 == 0 else (2, 1):
                folder = Path(scratch) / f"{workers}"
                shutil.rmtree(folder, ignore_errors=True)
                seconds[workers] = fanned_out(folder, workers, most)
            ratios.append(seconds[2] / seconds[1])
            print(f"one worker {seconds[1]:.0f} s, two {seconds[2]:.0f} s: {ratios[-1]:.3f}", flush=True)
        (one, ran_one), (two, ran_two) = restored(Path(scratch) / "1"), restored(Path(scratch) / "2")
    same = sum(one[name] == two.get(name) for name in one)
    print(f"two workers take {statistics.median(ratios):.2f} of one's time (median of {rounds})")
    print(f"{same} of {len(one)} artifacts are the same bytes")
    print(f"stages that the head ran to restore them: {ran_one + ran_two}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1, int(sys.argv[2]) if len(sys.argv) > 2 else 0)  # noqa: PLR2004
