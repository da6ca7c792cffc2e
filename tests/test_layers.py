"""The layers of CONTRIBUTING.md are kept by import-linter, and a step upwards is caught."""

import itertools
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
LAYERS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, env=os.environ | {"PYTHONPATH": str(folder)}, capture_output=True,
                          text=True, timeout=120, check=False)  # fmt: skip


def copy(folder: Path) -> Path:
    for name in ("litemill", "stages"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_rooms_keep_their_layers() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


def test_a_step_upwards_a_new_room_and_tensorflow_in_a_report_are_caught(tmp_path: Path) -> None:
    root = copy(tmp_path)
    for file, line in (
        ("litemill/ground/io.py", "from litemill.report import page"),
        ("litemill/report/page.py", "import tensorflow"),
        ("litemill/settings/params.py", "import stages.gate"),
    ):
        (root / file).write_text(f"{(root / file).read_text()}\n{line}\n")
    done = lint(root)
    assert done.returncode == 1
    assert "Contracts: 0 kept, 3 broken." in done.stdout
    (root / "litemill/attic.py").write_text("")
    assert "attic" in lint(root).stdout


def test_the_document_names_the_rooms_from_top_to_bottom() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    rows = [line for line in text.partition("| layer | rooms |")[2].partition("\n\n")[0].splitlines() if "`" in line]
    place = {name: at for at, row in enumerate(rows) for name in re.findall(r"`(\w+)`", row)}
    rooms = [[room.strip() for room in layer.replace(":", "|").split("|")] for layer in LAYERS]
    files = {"benchlog", "warm_server"}
    places = [[place[room] for room in layer if room not in files] for layer in rooms]
    assert all(max(above) <= min(below) for above, below in itertools.pairwise(places))
