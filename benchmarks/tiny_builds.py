"""Throw-away copies of the repository with many artifacts of tiny networks, and what it costs to build them."""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).parents[1]
sys.path[:0] = [str(REPOSITORY / "tests")]

from clones import ONE_RUN, Clone  # noqa: E402

WAYS = ("none", "fp16", "fp16_exact", "dynamic")
RECIPES = {f"recipe_{index}": {"quantize": WAYS[index % len(WAYS)]} for index in range(8)}
CHANGED = "changed"
LIMIT = 6 * 3600  # seconds
LABELS = "tiny.txt"
IMAGES = {
    "segmentation": {"calibration": ["content/hot_dog.jpg"], "evaluation": ["segmentation/bird.png"]},
    "content": {"calibration": ["content/colva_beach_sq.jpg"], "evaluation": ["content/face.jpg"]},
    "style": {"calibration": ["style/bricks_sq.jpg"], "evaluation": ["style/zigzag_colorful.jpg"]},
}
SIDE = 33  # pixels, of the first network's input; the next one's is one larger
SOURCES = """
import sys, tarfile
from pathlib import Path
from graphs.deeplabs import Deeplab
for side in map(int, sys.argv[1:]):
    graph = Path("frozen_inference_graph.pb")
    graph.write_bytes(Deeplab(crop=(side, side)).graph().SerializeToString())
    with tarfile.open(f"source_{side}.tar.gz", "w:gz") as archive:
        archive.add(graph, f"source_{side}/{graph}")
"""
# a module as `python -m` runs it; then what its process took, and the largest of those that it waited for
TOLD = """
import atexit, json, os, resource, runpy, sys
told, module, *arguments = sys.argv[1:]
def tell():
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    memory = {"memory_mb": own.ru_maxrss / 1024, "stage_mb": others.ru_maxrss / 1024}
    with open(told, "a") as stream:
        stream.write(json.dumps({"module": module, "used_s": own.ru_utime + own.ru_stime} | memory) + "\\n")
atexit.register(tell)
sys.path[0], sys.argv = os.getcwd(), [module, *arguments]
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""
DVC = """#!/bin/sh
exec "{python}" "{told}.py" "{told}" dvc "$@"
"""
PYTHON = """#!/bin/bash
start=$EPOCHREALTIME
"{python}" "$@"
status=$?
echo "$start $EPOCHREALTIME $*" >> "{log}"
exit $status
"""


@dataclass(frozen=True)
class Figure:
    """One build.

    Parameters
    ----------
    stages
        How many ran.
    wall_s, own_s
        Of the whole command, and of that the stages' own work.
    used_s
        Processor time of DVC's own processes, and of what starts them.
    memory_mb, stage_mb
        Peak resident memory of the largest of DVC's processes, and of the largest stage.
    """

    artifacts: int
    what: str
    round: int
    stages: int
    wall_s: float
    own_s: float
    used_s: float
    memory_mb: float
    stage_mb: float


class Build:
    """A copy of the repository with so many artifacts.

    Parameters
    ----------
    folder
        Where it is, made if need be.
    artifacts
        A multiple of the number of recipes.
    """

    def __init__(self, folder: Path, artifacts: int) -> None:
        self.folder, self.artifacts = folder, artifacts
        self.log, self.bin = folder / "stages.log", folder / "bin"
        if not self.log.exists():  # or was not made to the end
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        self.clone = Clone(folder / "clone")
        if not self.log.exists():
            self.fill(artifacts // len(RECIPES))
            self.log.write_text("")

    def fill(self, networks: int) -> None:
        """Make so many networks, three of each source."""
        sides, root = range(SIDE, SIDE + networks), self.clone.root
        crops = sides[::3]
        environment = os.environ | {"PYTHONPATH": str(REPOSITORY / "tests")}
        command = [sys.executable, "-c", SOURCES, *map(str, crops)]
        subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True, timeout=LIMIT)
        sources = {f"source_{side}": entry(f"source_{side}", side) for side in crops}
        (root / "data/catalog.yaml").write_text(yaml.safe_dump(sources))
        (root / "data/labels" / LABELS).write_text("".join(f"class_{index}\n" for index in range(5)))
        own = [CHANGED, *list(RECIPES)[1:]]
        settings: dict[str, object] = {
            "fetch": list(sources),
            "networks": {
                f"network_{side}": {
                    "source": f"source_{crops[(side - SIDE) // 3]}",
                    "input": [side, side],
                    "recipes": own if side == SIDE else list(RECIPES),
                }
                for side in sides
            },
            "recipes": {CHANGED: {"quantize": "none"}} | RECIPES,
            "images": IMAGES,
        }
        nothing: dict[str, object] = {"bottleneck_from": {}, "gallery": [], "recommend": {}, "recipes_off": {}}
        self.clone.set(self.clone.params | settings | nothing | {"benchmark": ONE_RUN})

    def change(self, way: str) -> None:
        """Return the one recipe of one network another way to quantize."""
        params = self.clone.params
        changed = params | {"recipes": params["recipes"] | {CHANGED: {"quantize": way}}}
        (self.clone.root / "params.yaml").write_text(yaml.safe_dump(changed, sort_keys=False))

    def build(self, what: str, number: int, *command: str) -> Figure:
        """Bring the files of stages in step, run a command that builds, and give what both took."""
        told = self.folder / "told"
        self.wrap(told)
        environment = os.environ | {
            "PATH": os.pathsep.join([str(self.bin), str(Path(sys.executable).parent), os.environ["PATH"]]),
            "DVC_SITE_CACHE_DIR": str(self.folder / "dvc-site-cache"),
            "SHELL": "/bin/sh",
        }
        start = time.time()
        for words in (["litemill", "plan", "--write"], command):
            done = subprocess.run(
                [sys.executable, f"{told}.py", str(told), *words],
                cwd=self.clone.root,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=LIMIT,
            )
            if done.returncode:
                sys.exit(f"{self.folder}: {' '.join(words)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        wall = time.time() - start
        spans = [line.split()[:2] for line in self.log.read_text().splitlines()]
        own = sum(float(end) - float(begun) for begun, end in spans)
        processes = [json.loads(line) for line in told.read_text().splitlines()]
        used = sum(one["used_s"] for one in processes)
        largest = (max(one[key] for one in processes if one["module"] == "dvc") for key in ("memory_mb", "stage_mb"))
        return Figure(self.artifacts, what, number, len(spans), wall, own, used, *largest)

    def wrap(self, told: Path) -> None:
        """Put a `python` and a `dvc` that write down what they take in the place of the real ones; forget the last."""
        self.bin.mkdir(exist_ok=True)
        Path(f"{told}.py").write_text(TOLD)
        for name, text in {"python": PYTHON, "dvc": DVC}.items():
            (self.bin / name).write_text(text.format(python=sys.executable, log=self.log, told=told))
            (self.bin / name).chmod(0o755)
        for path in (self.log, told):
            path.write_text("")


def entry(name: str, side: int) -> dict[str, object]:
    """Return a tiny network's entry of the catalogue."""
    return {
        "kind": "frozen_graph",
        "url": f"{name}.tar.gz",
        "mirror": f"{name}.tar.gz",
        "licence": "Apache-2.0",
        "task": "segmentation",
        "labels": LABELS,
        "crop": {"size": [side, side]},
        "cut": {
            "picture": "ImageTensor",
            "image": "sub_7",
            "logits": "ResizeBilinear_2",
            "resized_logits": "ResizeBilinear_3",
            "labels": "SemanticPredictions",
        },
    }
