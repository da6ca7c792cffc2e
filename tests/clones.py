"""Copies of this repository with smaller settings, in which a test builds as a user does."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
LIMIT = 300  # seconds after which a test gives up
ONE_PICTURE = {
    "segmentation": {
        "calibration": ["content/hot_dog.jpg"],
        "evaluation": ["segmentation/bird.png"],
        "truth": {"segmentation/bird.png": "segmentation/bird_labels.png"},
    },
    "content": {"calibration": ["content/colva_beach_sq.jpg"], "evaluation": ["content/face.jpg"]},
    "style": {"calibration": ["style/bricks_sq.jpg"], "evaluation": ["style/zigzag_colorful.jpg"]},
}
ONE_RUN = {"threads": [1], "rounds": 2, "rewriting_rounds": 1, "warmup": 1}


class Clone:
    """A copy of the repository's own files, without what was built.

    Parameters
    ----------
    root
        Where it is, made if need be.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        if root.exists():
            return
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
            timeout=LIMIT,
        ).stdout.decode()
        for name in filter(None, listed.split("\0")):
            # what a build has not written yet is listed and not there
            if (ROOT / name).is_file() and name.split("/")[0] != "tests":
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, root / name)  # scripts stay executable
        subprocess.run(["git", "init", "--quiet"], cwd=root, check=True, timeout=LIMIT)

    @property
    def params(self) -> dict[str, Any]:
        """What its params.yaml says, but for budgets, which are of the whole build."""
        params: dict[str, Any] = yaml.safe_load((self.root / "params.yaml").read_text())
        return params | {"budgets": {}}

    def set(self, params: Mapping[str, Any]) -> None:
        """Write its params.yaml, and what follows from it, as `make repro` does."""
        (self.root / "params.yaml").write_text(yaml.safe_dump(dict(params), sort_keys=False))
        command = [sys.executable, "-m", "litemill", "plan", "--write"]
        subprocess.run(command, cwd=self.root, check=True, capture_output=True, timeout=LIMIT)

    def dvc(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run a command of DVC's."""
        return self._run("dvc", *options)

    def make(self, target: str) -> subprocess.CompletedProcess[str]:
        """Run a target of the Makefile with the packages that the tests run with."""
        return self._run("make", "--assume-old=.venv/installed", target)

    def repro(self, *targets: str) -> subprocess.CompletedProcess[str]:
        """Run `dvc repro`; a network's stage is named as in `painting/convert@int8`."""
        return self.dvc("repro", *(re.sub(r"^(\w+)/", r"pipelines/\1/dvc.yaml:", one) for one in targets))

    def slices(self, most: int) -> subprocess.CompletedProcess[str]:
        """Build as `make repro` does, in slices of so many stages."""
        cut = f"from litemill.dvc import schedule; schedule.MOST = {most}"
        return self._run(sys.executable, "-c", f"{cut}; from litemill.commands.repro import repro; repro()")

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.root,
            env=os.environ
            | {
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "DVC_SITE_CACHE_DIR": str(self.root.parent / "dvc-site-cache"),
                "LITEMILL_WARM_IDLE": "20",
            },
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )

    def paste(self, model: str) -> None:
        """Add a model to the catalogue, as `litemill inspect` does it."""
        done = self._run(sys.executable, "-m", "litemill", "inspect", model, "--add")
        assert done.returncode == 0, done.stdout + done.stderr

    def outputs(self) -> dict[str, bytes]:
        """Return every file that a build writes."""
        places = (
            "data/sources",
            "data/baselines",
            "data/graphs",
            "data/variants",
            "data/samples",
            "data/references",
            "models",
            "reports",
        )
        files = [path for place in places for path in (self.root / place).rglob("*") if path.is_file()]
        return {str(path.relative_to(self.root)): path.read_bytes() for path in files if path.name != ".gitignore"}


def ran(done: subprocess.CompletedProcess[str]) -> set[str]:
    """Return the stages that a build ran, and not those that it left alone or took from the cache."""
    found = re.findall(r"^(?:\[stage .*\] )?Running stage '(.*)':$", done.stdout, re.MULTILINE)
    return {re.sub(r"^pipelines/(\w+)/dvc.yaml:", r"\1/", name) for name in found}
