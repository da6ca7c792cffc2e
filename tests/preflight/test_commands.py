"""Commands that can't do what is asked of them: a line that says what to do, in place of another program's words."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COPIED = ("Makefile", "params.yaml", "dvc.yaml", "dvc.lock", "data/catalog.yaml", "data/images", "data/labels",
          "pipelines", "stages", "litemill")  # fmt: skip
NETWORKS = "deeplab_dm05_pascal, deeplab_mnv2_pascal, magenta_predict, magenta_transfer"


def run(folder: Path, *command: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=os.environ | (env or {}), capture_output=True, text=True, timeout=60, check=False
    )


def make(folder: Path, *words: str) -> list[str]:
    """Run a target of the Makefile with this Python, see that it fails, and give what it says of that."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    done = run(folder, "make", "--assume-old=.venv/installed", *words, env={"PATH": path})
    assert done.returncode != 0
    return [line for line in done.stderr.splitlines() if not line.startswith("make")]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with everything that plan reads."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in COPIED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        copy(ROOT / name, folder / name)
    (folder / "data/embedded").symlink_to(ROOT / "data/embedded")
    return folder


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("predict", f"params.yaml: no network 'predict': expected {NETWORKS} -> did you mean 'magenta_predict'?"),
        ("x", f"params.yaml: no network 'x': expected {NETWORKS} -> name one of these"),
        ("", "no network is named -> make network NETWORK=NAME, one of params.yaml"),
    ],
)  # fmt: skip
def test_make_network_names_the_networks_where_it_is_given_none_of_them(checkout: Path, given: str, said: str) -> None:
    assert make(checkout, "network", f"NETWORK={given}") == [f"error: {said}"]


def test_make_phones_says_that_there_is_no_target(checkout: Path) -> None:
    assert make(checkout, "phones") == ["error: params.yaml names no targets -> see docs/devices.md"]


@pytest.mark.parametrize("command", ["stages.plan", "litemill.warm stages.freeze --network magenta_predict"])
def test_a_python_without_the_packages_says_which_one_has_them(checkout: Path, command: str) -> None:
    # -S: none of what is installed, as with the system's own
    done = run(checkout, sys.executable, "-S", "-m", *command.split())
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"error: {sys.executable} lacks litemill's packages: expected the Python of .venv "
        '-> run: make repro, or put .venv/bin on the PATH: export PATH="$PWD/.venv/bin:$PATH"\n'
    )


def test_a_stage_finds_the_python_of_the_checkout_wherever_dvc_was_called_from(tmp_path: Path) -> None:
    bare = {"PATH": str(tmp_path / "bin")}
    (tmp_path / "bin").mkdir()
    refused = run(tmp_path, str(ROOT / "tools/python"), "-c", "print('run')", env=bare)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        "error: no Python with litemill's packages: neither .venv/bin/python nor python is there -> run: make repro\n"
    )
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to(sys.executable)
    assert run(tmp_path, str(ROOT / "tools/python"), "-c", "print('run')", env=bare).stdout == "run\n"


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("litemill plan --write", "params.yaml: no such file"),
        ("litemill zoo", "data/catalog.yaml: no such file"),
        ("stages.validate --network magenta_predict", "data/graphs/magenta_predict/record.json: no such record"),
    ],
)
def test_outside_a_checkout_it_is_said_to_be_none(tmp_path: Path, command: str, missing: str) -> None:
    done = run(tmp_path, sys.executable, "-m", *command.split(), env={"PYTHONPATH": str(ROOT)})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"error: {missing} -> {tmp_path} is no checkout of litemill: change to the folder that holds its dvc.yaml\n"
    )
    assert list(tmp_path.iterdir()) == []
