"""The wheel, installed where there is no checkout: one package, with all that it reads, and no more packages needed."""

import ast
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from bundle.conftest import recommended
from report import built

import litemill
from litemill.ground import project
from litemill.records.graph import Sampled

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests/graphs"))
from deeplabs import Deeplab  # noqa: E402

pytestmark = pytest.mark.build
LOG = ROOT / "tests/benchlogs/o2-gpu-partly-then-cpu.txt"
# an interpreter in which packages seem not to be installed: BLOCKED=tensorflow,dvc
BLOCKER = """
import os, sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in os.environ.get("BLOCKED", "").split(","):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Blocker())
"""
BUILD = ("tensorflow", "dvc", "litert_quantizer", "requests", "pooch", "ruamel", "threadpoolctl", "google", "tqdm")
REST = (*BUILD, "ai_edge_litert", "altair", "vl_convert", "mediapipe", "adbutils", "distributed", "pandas", "skimage",
        "scipy", "safetensors", "flatbuffers")  # fmt: skip


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of what git knows, by what is installed here."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in files("litemill", "pyproject.toml", "README.md", "LICENSE", "stages"):
        (folder / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / "source" / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(folder / "source")], check=True, timeout=120)
    [made] = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel alone into an empty venv, which sees the other packages that are installed here."""
    folder = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=120)
    install = [sys.executable, "-m", "pip", "--python", str(folder / "bin/python"), "install", "--quiet", "--no-deps"]
    subprocess.run([*install, "--no-index", str(wheel)], check=True, timeout=120)
    [packages] = folder.glob("lib/*/site-packages")
    (packages / "blocker.py").write_text(BLOCKER)
    (packages / "others.pth").write_text(f"{sysconfig.get_path('purelib')}\nimport blocker\n")
    return folder / "bin/litemill"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a build leaves it."""
    folder = tmp_path_factory.mktemp("checkout")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        built.build(folder)
    return folder


def files(*places: str) -> list[str]:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *places]
    done = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    return [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def run(command: Path, *words: str, cwd: Path, blocked: tuple[str, ...] = ()) -> tuple[int, str, str]:
    own = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run([str(command), *words], cwd=cwd, env=own | {"BLOCKED": ",".join(blocked)},
                          capture_output=True, text=True, timeout=300, check=False)  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_it_holds_every_file_of_the_package_and_nothing_else(wheel: Path) -> None:
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == set(files("litemill"))
    assert any(name.endswith(".j2") for name in held)
    assert "litemill/py.typed" in held


def test_it_is_checked_to_be_a_sound_wheel(wheel: Path) -> None:
    check = [str(Path(sys.executable).with_name("check-wheel-contents")), str(wheel)]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_its_command_says_its_version(command: Path, tmp_path: Path) -> None:
    assert run(command, "--version", cwd=tmp_path, blocked=REST) == (0, f"litemill {litemill.__version__}\n", "")


def test_it_reads_logs_with_the_core_alone(command: Path, tmp_path: Path) -> None:
    code, lines, said = run(command, "benchmark-log", str(LOG), cwd=tmp_path, blocked=REST)
    assert (code, said) == (0, "")
    assert {json.loads(line)["ok"] for line in lines.splitlines()} == {True}


def test_a_file_runs_with_the_extra_for_that_alone(command: Path) -> None:
    file = "data/embedded/lite-models/tensorflow/lite-model/deeplabv3/1/metadata/2.tflite"
    code = f"import litemill, pathlib; print(litemill.Model(pathlib.Path({file!r})).output.shape, litemill.__file__)"
    blocked = tuple(name for name in REST if name not in {"ai_edge_litert", "scipy", "skimage", "flatbuffers"})
    python = command.with_name("python")
    done = run(python, "-P", "-c", code, cwd=ROOT, blocked=blocked)
    assert done[1].startswith("(1, 257, 257, 21) ")
    assert str(command.parents[1]) in done[1]  # the wheel's, not the checkout's


def test_it_inspects_a_graph_outside_a_checkout(command: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.pb").write_bytes(Deeplab().graph(shapes=False).SerializeToString())
    code, told, said = run(command, "inspect", "mine.pb", "--json", cwd=tmp_path)
    assert (code, said) == (0, "")
    assert (json.loads(told)["task"], json.loads(told)["refused"]) == ("segmentation", None)


def test_what_needs_an_extra_says_so_in_one_line(command: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.pb").write_bytes(b"")
    code, _, said = run(command, "inspect", "mine.pb", cwd=tmp_path, blocked=("tensorflow",))
    assert code == 1
    assert said.endswith('lacks the package tensorflow -> pip install "litemill[all]"\n')
    assert said.count("\n") == 1


def test_it_reports_without_what_only_builds_need(command: Path, checkout: Path) -> None:
    blocked = (*BUILD, "mediapipe", "distributed", "adbutils")
    code, told, said = run(command, "-C", str(checkout), "report", cwd=checkout.parent, blocked=blocked)
    assert (code, said) == (0, "")
    assert told == "reports/index.html, reports/report.md: 5 artifacts, 1 outside tolerance\n"
    assert "<style>" in (checkout / "reports/index.html").read_text()


def test_it_bundles_without_what_only_builds_need(
    command: Path, checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = shutil.copytree(checkout, tmp_path / "checkout")
    monkeypatch.chdir(checkout)
    for network in built.BUILT:
        recommended(network)
    built.changed(project.record("samples", "eye"), Sampled, evaluation=("style/zigzag_colorful.jpg",) * 2)
    blocked = (*BUILD, "altair", "vl_convert", "distributed", "adbutils")
    code, told, said = run(command, "bundle", cwd=checkout, blocked=blocked)
    assert (code, said) == (0, "")
    assert told.startswith("dist: 3 models, ")
    assert run(command, "bundle", "--verify", cwd=checkout, blocked=blocked)[::2] == (0, "")


def test_the_version_is_written_once() -> None:
    [assigned] = [node for node in ast.parse((ROOT / "litemill/__init__.py").read_text()).body
                  if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__version__"]  # fmt: skip
    assert ast.literal_eval(assigned.value) == litemill.__version__
    assert litemill.__version__ not in (ROOT / "pyproject.toml").read_text()
