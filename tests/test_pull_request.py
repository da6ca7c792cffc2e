"""A pull request as its workflow sees it: a repository of two branches, a remote of DVC's, a runner with nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import small_build
import yaml
from clones import LIMIT, ROOT, Clone

pytestmark = pytest.mark.build
ADDRESS = "https://host.example/owner/repository/actions/runs/7"
KEPT = {"artifact": "painting/int8", "figure": "bytes", "most": 10_000_000}
BROKEN = {"artifact": "sketch/int8", "figure": "bytes", "most": 0.5, "times": "int8"}


def run(folder: Path, *command: str) -> str:
    """Run a command as a runner does that has the packages installed."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    own = {"PATH": path, "DVC_SITE_CACHE_DIR": str(folder.parent / "site"), "LITEMILL_WARM_IDLE": "20"}
    done = subprocess.run(
        command, cwd=folder, env=os.environ | own, capture_output=True, text=True, timeout=2 * LIMIT, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def commit(folder: Path, said: str) -> None:
    run(folder, "git", "add", "--all")
    run(folder, "git", "-c", "user.name=A", "-c", "user.email=a@b.example", "commit", "--quiet", "--message", said)


@pytest.fixture(scope="module")
def runner(small: Clone, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh checkout of a branch that changes a recipe's setting; what main has built lies in the remote alone."""
    folder = tmp_path_factory.mktemp("pull_request")
    origin = small_build.copy(small, folder / "origin")
    params = origin.params
    del params["networks"]["sketch"]["recipes"]  # both, as painting
    origin.set(params | {"budgets": {"download": KEPT}})
    run(origin.root, "git", "checkout", "--quiet", "-b", "main")
    run(origin.root, "dvc", "remote", "add", "--default", "storage", str(folder / "storage"))
    run(origin.root, "dvc", "repro")
    commit(origin.root, "base")
    run(origin.root, "dvc", "push", "--quiet")
    run(origin.root, "git", "checkout", "--quiet", "-b", "change")
    settings = yaml.safe_load((origin.root / "params.yaml").read_text())
    settings["recipes"]["int8"]["calibration_samples"] = 1
    settings["budgets"]["half"] = BROKEN
    origin.set(settings)
    commit(origin.root, "fewer samples")
    run(folder, "git", "clone", "--quiet", "--branch", "change", str(origin.root), "runner")
    runner = folder / "runner"
    run(runner, "git", "branch", "main", "origin/main")
    (runner / ".venv").mkdir()
    (runner / ".venv/installed").touch()
    run(runner, ".ci/pull_request/compare", "main", ADDRESS)
    return runner


def test_the_comment_names_the_changed_recipes_artifacts_and_no_others_in_under_60_lines(runner: Path) -> None:
    comment = (runner / "reports/comment.md").read_text()
    lines = comment.splitlines()
    assert lines[0] == "<!-- litemill: comparison -->"
    assert lines[1].startswith("## litemill: against main (")
    assert lines[3] == "**2 changed, 2 the same**; 1 of 2 budgets kept."
    assert "| recipes.int8.calibration_samples | 2 | 1 |" in lines
    artifacts = [line for line in lines if line.startswith(("| painting/", "| sketch/"))]
    assert [line.split(" | ")[0] for line in artifacts] == ["| painting/int8", "| sketch/int8"]
    assert all(" | changed | " in line and line.endswith(" | within |") for line in artifacts)
    assert "fp32" not in comment
    assert len(lines) < 60


def test_latencies_of_both_sides_are_measured_in_turn(runner: Path) -> None:
    lines = (runner / "reports/comment.md").read_text().splitlines()
    told = [line.split(" | ")[4] for line in lines if "/int8 | changed" in line]
    assert len(told) == 2
    assert all(one.startswith("x") and one.endswith((": no difference shown", ": worse", ": better")) for one in told)


def test_budgets_that_are_not_kept_are_in_the_comment_and_in_the_check(runner: Path) -> None:
    comment = (runner / "reports/comment.md").read_text()
    line = next(line for line in comment.splitlines() if line.startswith("| ❌ half"))
    assert "sketch/int8 bytes | - | " in line
    assert line.endswith("(0.5 x int8) | broken |")
    assert "download" not in comment
    checked = subprocess.run(
        [sys.executable, "-m", "litemill", "check"],
        cwd=runner,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert checked.returncode == 1
    assert checked.stdout.startswith("budget half: sketch/int8 bytes: ")
    assert "error: 1 of 2 budgets are not kept -> " in checked.stderr


def test_the_comment_leads_to_the_run_and_the_page_is_one_file(runner: Path) -> None:
    assert f"among the artifacts of [this run]({ADDRESS})." in (runner / "reports/comment.md").read_text()
    page = (runner / "reports/diff.html").read_text()
    assert "painting/int8" in page
    assert "http" not in page


def test_a_revision_differs_from_itself_in_nothing(runner: Path) -> None:
    commit(runner, "as it was built")
    run(runner, sys.executable, "-m", "litemill", "compare", "--base", "HEAD")
    assert (runner / "reports/diff.md").read_text().splitlines()[2].startswith("**none changed, 4 the same**")


def test_dvcs_own_views_tell_the_change(runner: Path) -> None:
    told = run(runner, "dvc", "metrics", "diff", "main")
    assert "painting.int8.size_bytes" in told
    assert "painting.fp32.size_bytes" not in told
    assert "half.kept" in told
    assert "recipes.int8.calibration_samples" in run(runner, "dvc", "params", "diff", "main")
    # the report itself is declared as a plot, which keeps its stage in the run cache, and is none that DVC can draw
    run(runner, "dvc", "plots", "show")
    run(runner, "dvc", "plots", "diff", "main")
    page = (runner / "dvc_plots/index.html").read_text()
    assert all(name in page for name in ("bytes", "accuracy against the original", "painting/int8", "sketch/fp32"))


def test_workflows_run_these_scripts_with_pinned_actions_and_few_rights() -> None:
    for name in ("pull-request", "pull-request-comment", "ci", "nightly"):
        text = (ROOT / f".github/workflows/{name}.yml").read_text()
        used = [line.split("uses: ")[1] for line in text.splitlines() if "uses: " in line]
        assert used
        assert all(len(one.split("@")[1].split()[0]) == 40 for one in used)
        assert yaml.safe_load(text)["permissions"] in ({}, {"contents": "read"})
    assert ".ci/pull_request/compare" in (ROOT / ".github/workflows/pull-request.yml").read_text()
    assert ".ci/pull_request/post.py" in (ROOT / ".github/workflows/pull-request-comment.yml").read_text()
