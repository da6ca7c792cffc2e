"""A DVC remote, where one is set, is asked first: what another has built is not built again."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from clones import LIMIT, ROOT, Clone, ran

pytestmark = pytest.mark.build
SOURCE = "official_magenta_predict_int8"
TARGET = f"fetch@{SOURCE}"


def dvc(clone: Clone, *arguments: str) -> None:
    command = [str(Path(sys.executable).with_name("dvc")), *arguments]
    subprocess.run(command, cwd=clone.root, check=True, capture_output=True, timeout=LIMIT)


def test_what_a_remote_has_is_taken_from_it(tmp_path: Path) -> None:
    one, other = (Clone(tmp_path / name) for name in ("one", "other"))
    for clone in (one, other):
        dvc(clone, "remote", "add", "--default", "shared", str(tmp_path / "remote"))
    done = one.repro(TARGET)
    assert (done.returncode, ran(done)) == (0, {"plan", TARGET})
    dvc(one, "push", "--run-cache", TARGET)
    shutil.rmtree(other.root / "data/embedded")  # it could not be fetched
    done = other.repro("--pull", TARGET)
    assert done.returncode == 0, done.stderr
    assert ran(done) <= {"plan"}  # its settings in pieces were not pushed
    model = f"data/sources/{SOURCE}/model.tflite"
    assert (other.root / model).read_bytes() == (one.root / model).read_bytes()


@pytest.mark.parametrize("remote", [True, False])
def test_make_asks_a_remote_only_where_one_is_set(*, remote: bool, tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").write_text("['remote \"shared\"']\n    url = /shared\n" if remote else "[core]\n")
    told = subprocess.run(
        ["make", "--dry-run", "--assume-old=.venv/installed", "repro"],
        cwd=tmp_path, env=os.environ | {"LANG": "C"}, capture_output=True, text=True, timeout=LIMIT, check=False,
    ).stdout  # fmt: skip
    assert ("litemill repro --pull" in told) == remote
    assert "litemill repro" in told
