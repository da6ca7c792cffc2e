"""The lanes of the tests: what CI runs of them, and that none is forgotten."""

import subprocess
import sys
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
import long_slice

ROOT = Path(__file__).parents[1]
SLICE = (sys.executable, "tools/long_slice.py")


def slice_of(commit: str) -> list[str]:
    done = subprocess.run([*SLICE, commit], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.split()


def test_a_commit_always_gets_the_same_slice_and_commits_get_all_of_them() -> None:
    slices = [slice_of(f"{number:040x}") for number in range(long_slice.SLICES)]
    assert slice_of(f"{0:040x}") == slices[0]
    assert sorted(file for files in slices for file in files) == long_slice.files()


def test_every_slice_has_work_and_none_has_most_of_it() -> None:
    loads = [sum(map(long_slice.seconds, files)) for files in long_slice.slices()]
    assert min(loads) > 0
    assert max(loads) < 2 * sum(loads) / len(loads)


def test_the_files_that_are_weighed_are_in_the_long_lane() -> None:
    assert set(long_slice.SECONDS) <= set(long_slice.files())


def test_every_push_runs_the_fast_lane_on_every_python_that_is_taken_and_the_night_runs_all() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]
    assert jobs["fast"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
    assert [step["run"] for step in jobs["fast"]["steps"] if "run" in step] == ["make test-fast"]
    assert ".ci/run" in [step.get("run") for step in jobs["build"]["steps"]]
    night = yaml.safe_load((ROOT / ".github/workflows/nightly.yml").read_text())["jobs"]["all"]
    assert [step["run"] for step in night["steps"] if "run" in step] == ["make repro", "make test-all"]
