"""A checkout with built files of one network, whose stage `phones` measures them on fake phones."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import planned
import pytest
import yaml
from report import built

from devices import tool_standin
from devices.adb_client import Adb
from litemill.ground import io, project
from litemill.records import store
from litemill.records.device import DeviceRecord, Figure

REPOSITORY = Path(__file__).parents[2]
LIMIT = 240
NETWORK = "painter"
ANSWER_BYTES = 384 * 384 * 3 * 4  # of its stylized picture, float32
CPU = {"threads": 1}


class Workbench:
    """A checkout in which `stages.phones` runs, alone or by DVC.

    Parameters
    ----------
    root
        An empty folder.
    adb
        The client that it uses.
    """

    def __init__(self, root: Path, adb: Adb) -> None:
        self.root, self.adb = root, adb
        for folder in ("litemill", "stages", "tools"):
            shutil.copytree(REPOSITORY / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
        self._ran = root.parent / "ran"
        self.env = adb.env | {"ADB": str(adb.path), "DVC_SITE_CACHE_DIR": str(root.parent / "dvc-site-cache")}
        self.env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(root)
            built.build(root)
        shutil.rmtree(root / "data/baselines/painter")
        whole = built.PARAMS
        network = {name: value for name, value in whole["networks"][NETWORK].items() if name != "baselines"}
        self.params: dict[str, Any] = whole | {"networks": {NETWORK: network}, "bottleneck_from": {}}
        self.tool()
        self.change()

    def change(self, **params: object) -> None:
        """Change params.yaml."""
        self.params |= params
        planned.write(self.root, self.params)

    def targets(self, phones: Mapping[str, str], configurations: object = (CPU,), **settings: object) -> None:
        """Name targets by serial, all alike."""
        shared = {"configurations": list(configurations), "processes": 2, "pause_s": 0} | settings  # type: ignore[call-overload]
        self.change(targets={name: {"serial": serial} | shared for name, serial in phones.items()})

    def tool(self, build: str = "arm64-v8a", /, **settings: object) -> Path:
        """Make the stand-in that is pushed, which notes each start."""
        path = tool_standin.write(self.root.parent / "a tool", **({"latency_us": 20_000} | settings))
        path.write_text(path.read_text().replace("\n", f'\necho "$PWD" >>"{self._ran}"\n', 1))
        self.change(tool={build: {"file": str(path)}})
        return path

    def only(self, recipe: str) -> None:
        """Leave one file to measure."""
        self.params["networks"][NETWORK]["recipes"] = [recipe]
        self.change()

    def started(self) -> list[str]:
        """Return the runs of the tool that were started, one that was started twice twice."""
        return (
            [line.rpartition("/")[2] for line in self._ran.read_text().split("\n")[:-1]] if self._ran.exists() else []
        )

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the stage, or what `words` say."""
        with self.start(*words) as process:
            try:
                said, complained = process.communicate(timeout=LIMIT)
            finally:
                process.kill()
        return subprocess.CompletedProcess(words, process.returncode, said, complained)

    def killed(self, after: Callable[[], object]) -> None:
        """Start `dvc repro` and kill it, it alone, once `after` says so, unless it has ended by then."""
        with subprocess.Popen(
            ["dvc", "repro"], cwd=self.root, env=self.env, start_new_session=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as build:  # fmt: skip
            while build.poll() is None and not after():
                time.sleep(0.02)
            build.kill()

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start the stage, or what `words` say, in a group of its own."""
        return subprocess.Popen(
            words or (sys.executable, "-m", "stages.phones"), cwd=self.root, env=self.env, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    def fails(self) -> str:
        """Run the stage, see that it fails in the last line, and give that."""
        done = self.run()
        assert done.returncode == 1, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr.splitlines()[-1]

    def under_dvc(self) -> None:
        """Make it a project of DVC's with this one stage, as the repository's has it."""
        stages = yaml.safe_load((REPOSITORY / project.PHONES).read_text())["stages"]
        del stages["phones"]["wdir"]
        (self.root / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}))
        self.run("git", "init", "--quiet")
        self.run("dvc", "init", "--quiet")

    def figures(self, target: str) -> tuple[Figure, ...]:
        """Return what is recorded on a target."""
        path = self.root / f"reports/devices/{target}/{NETWORK}.json"
        return store.load(path, DeviceRecord).figures if path.exists() else ()

    def sha256(self, path: Path) -> str:
        """Return the SHA-256 of a file."""
        return io.sha256(path)

    def keys(self, target: str) -> set[str]:
        """Return the keys of what is recorded."""
        return {figure.key for figure in self.figures(target)}
