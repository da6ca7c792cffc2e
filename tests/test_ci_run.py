"""What `.ci/run` makes of its parts, with a `make` that does as a test tells it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAKE = """#!/bin/sh
echo "$1 $LITEMILL_REQUIRE_BUILD" >>made
case $1 in
  "$FAILS") echo "1 failed, 9 passed in 1s"; exit 2;;
  "$SKIPS") echo "9 skipped in 1s";;
  test-*) echo "9 passed in 1s";;
esac
"""
TESTS = ["test-fast", "test-build", "test-long"]
PARTS = ["install", "lint", "make repro", "make check", "tests, fast", "tests, build", "tests, a slice of long"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository that has what `.ci/run` calls, `make` and Debian's tools as stand-ins."""
    folder = tmp_path / "checkout"
    for name in (".ci/run", "tools/long_slice.py"):
        (folder / name).parent.mkdir(parents=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / "tests").mkdir()
    (folder / "tests/test_one.py").write_text("pytestmark = pytest.mark.long\n")
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/python").symlink_to(sys.executable)
    (folder / "bin").mkdir()
    for name, text in (("make", MAKE), ("dpkg", "#!/bin/sh\n"), ("apt-get", "#!/bin/sh\nexit 1\n")):
        (folder / "bin" / name).write_text(text)
        (folder / "bin" / name).chmod(0o755)
    git = ("git", "-c", "user.name=A", "-c", "user.email=a@b.example")
    for command in (["init", "--quiet"], ["commit", "--quiet", "--allow-empty", "--message", "one"]):
        subprocess.run([*git, *command], cwd=folder, check=True, timeout=60)
    return folder


def run(checkout: Path, **env: str) -> subprocess.CompletedProcess[str]:
    path = f"{checkout / 'bin'}{os.pathsep}{os.environ['PATH']}"
    own = {name: value for name, value in os.environ.items() if name not in {"CI", "LITEMILL_REQUIRE_BUILD"}}
    own |= {"PATH": path, "PYTHON": sys.executable} | env
    return subprocess.run([checkout / ".ci/run"], env=own, capture_output=True, text=True, timeout=60, check=False)


def made(checkout: Path) -> list[list[str]]:
    return [line.split() for line in (checkout / "made").read_text().splitlines()]


def test_the_parts_run_in_order_and_its_last_lines_are_their_seconds_and_pytests_closing_lines(checkout: Path) -> None:
    done = run(checkout)
    assert done.returncode == 0, done.stderr
    assert [words[0] for words in made(checkout)][1:] == ["lint", "repro", "check", *TESTS]
    last = done.stdout.splitlines()[-12:]
    assert [line.split(" s  ")[1] for line in last[:9]] == ["system", *PARTS, "in all"]
    assert last[9:] == [f"{lane}: 9 passed in 1s" for lane in ("fast", "build", "long")]


def test_a_build_is_required_of_the_tests(checkout: Path) -> None:
    run(checkout)
    assert [words[1:] for words in made(checkout)][1:] == [[], [], [], ["1"], ["1"], ["1"]]


@pytest.mark.parametrize("target", ["lint", "repro", "check", *TESTS])
def test_a_part_that_fails_fails_the_run_which_goes_no_further(checkout: Path, target: str) -> None:
    done = run(checkout, FAILS=target)
    assert done.returncode == 1
    assert made(checkout)[-1][0] == target
    assert done.stdout.splitlines()[-1].startswith("error: ")


@pytest.mark.parametrize("target", TESTS)
def test_a_lane_in_which_every_test_was_skipped_fails_the_run(checkout: Path, target: str) -> None:
    done = run(checkout, SKIPS=target)
    assert done.returncode == 1
    assert f"error: no test of {target.removeprefix('test-')} ran" in done.stdout


@pytest.mark.parametrize("ci", [True, False])
def test_a_ci_installs_into_an_empty_folder(checkout: Path, *, ci: bool) -> None:
    old = checkout / ".venv/old"
    old.touch()
    run(checkout, **({"CI": "true"} if ci else {}), FAILS="lint")
    assert old.exists() != ci
