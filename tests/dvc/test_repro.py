"""A build whose progress is shown: real DVC, on a terminal and without one."""

import fcntl
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.build
ROOT = Path(__file__).parents[2]
STAGES = """
stages:
  first: {cmd: "echo one > one; echo worked", deps: [in], outs: [one]}
  second: {cmd: "sh second.sh", deps: [one, second.sh], outs: [two]}
  third: {cmd: "cp two three", deps: [two], outs: [three]}
"""


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bare") / "build"
    folder.mkdir()
    subprocess.run(["dvc", "init", "--no-scm", "--quiet"], cwd=folder, check=True, timeout=60)
    for name, text in {"dvc.yaml": STAGES, "params.yaml": "{}\n", "in": "1\n", "second.sh": "cp one two\n"}.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def build(bare: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bare, tmp_path / "build"))


def start(build: Path, *options: str, terminal: int | None = None) -> subprocess.Popen[str]:
    """Start a build, on a terminal if there is one; it leads a group of processes, as from a shell."""
    out = subprocess.PIPE if terminal is None else terminal
    return subprocess.Popen(
        [sys.executable, "-m", "litemill", "repro", *options], cwd=build, stdout=out, stderr=out, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100", "LITEMILL_WARM": "0"},
        process_group=0,
    )  # fmt: skip


def all_gone(process: subprocess.Popen[str]) -> None:
    """Wait until a build and all that it started have ended."""
    process.communicate(timeout=30)
    limit = time.monotonic() + 30
    while time.monotonic() < limit:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    pytest.fail("something goes on")


def plainly(build: Path, *options: str) -> subprocess.CompletedProcess[str]:
    process = start(build, *options)
    out, errors = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, out, errors)


def on_terminal(build: Path) -> tuple[int, str]:
    """Return the exit status, and all that the terminal was sent."""
    ours, theirs = pty.openpty()
    process = start(build, terminal=theirs)
    os.close(theirs)
    seen = b""
    try:
        while data := os.read(ours, 65536):
            seen += data
    except OSError:  # as a terminal ends
        pass
    os.close(ours)
    return process.wait(timeout=60), seen.decode()


def test_without_a_terminal_each_stage_that_runs_says_where_the_build_is(build: Path) -> None:
    done = plainly(build)
    assert done.returncode == 0
    assert "\r" not in done.stdout
    assert re.findall(
        r"^\[stage (\d of \d), (\d) left, \d\d:\d\d elapsed.*\] Running stage '(.+)':$", done.stdout, re.MULTILINE
    ) == [
        ("1 of 3", "2", "first"),
        ("2 of 3", "1", "second"),
        ("3 of 3", "0", "third"),
    ]
    assert "worked\n" in done.stdout


def test_what_need_not_run_is_counted_as_done(build: Path) -> None:
    plainly(build)
    (build / "second.sh").write_text("cp one two; echo more >> two\n")
    done = plainly(build)
    assert "Stage 'first' didn't change, skipping\n[stage 2 of 3, 1 left" in done.stdout


def test_of_targets_only_what_they_need_is_counted(build: Path) -> None:
    done = plainly(build, "--targets", "second")
    assert "[stage 2 of 2, 0 left" in done.stdout
    assert not (build / "three").exists()


def test_what_a_remote_has_is_counted_as_done(build: Path, tmp_path: Path) -> None:
    for command in (["remote", "add", "--default", "shared", str(tmp_path / "remote")], ["repro"], ["push"]):
        subprocess.run(["dvc", *command], cwd=build, check=True, capture_output=True, timeout=60)
    for gone in (".dvc/cache", "one", "two", "three"):
        (shutil.rmtree if (build / gone).is_dir() else os.remove)(build / gone)
    (build / "dvc.yaml").write_text(STAGES.replace("cp two three", "cp -f two three"))
    done = plainly(build, "--pull")
    assert done.returncode == 0, done.stderr
    assert "Pulling data for stage: 'second'\n" in done.stdout
    assert "[stage 3 of 3, 0 left" in done.stdout


def test_on_a_terminal_one_line_moves_below_what_dvc_says(build: Path) -> None:
    (build / "second.sh").write_text("sleep 1.5; cp one two\n")
    code, seen = on_terminal(build)
    assert code == 0
    assert "Running stage 'second':\r\n" in seen
    moments = re.findall(r"\r\x1b\[K(stage 2 of 3, 1 left, 00:\d\d elapsed: second)", seen)
    assert len(set(moments)) > 1
    assert seen.endswith("\r\x1b[K")


def test_the_time_to_go_is_that_of_the_last_run(build: Path) -> None:
    (build / "second.sh").write_text("sleep 3; cp one two\n")
    assert "to go" not in on_terminal(build)[1]
    (build / "in").write_text("2\n")
    (build / "second.sh").write_text("sleep 2; cp one two\n")
    assert re.search(r"stage 1 of 3, 2 left, 00:\d\d elapsed, about 00:0[3-9] to go: first", on_terminal(build)[1])


def test_a_bar_of_progress_is_shown_beside_the_stage(build: Path) -> None:
    (build / "second.sh").write_text(r"test -t 2; printf 'half\rwhole' >&2; sleep 1; echo >&2; cp one two" + "\n")
    code, seen = on_terminal(build)
    assert code == 0
    assert "elapsed: second: whole" in seen


def test_a_stage_that_fails_ends_the_build_as_dvc_ends_it(build: Path) -> None:
    (build / "second.sh").write_text("echo 'error: no -> yes' >&2; exit 3\n")
    alone = subprocess.run(["dvc", "repro"], cwd=build, check=False, capture_output=True, text=True, timeout=60)
    done = plainly(build)
    assert done.returncode == alone.returncode != 0
    assert "error: no -> yes\n" in done.stderr
    assert "failed to reproduce 'second'" in done.stderr
    code, seen = on_terminal(build)
    assert code == alone.returncode
    assert "error: no -> yes\r\n" in seen


@pytest.fixture
def networks(build: Path) -> Path:
    """Return a build of three new networks, each of which leaves word of what it does."""
    for name in ("left", "middle", "right"):
        graph, times = f"data/graphs/{name}/graph.pb", f"times/{name}"
        freeze = f"sh freeze.sh {name} >> log && echo 1 > {graph}"
        stages = {
            "freeze": {"wdir": "../..", "cmd": freeze, "deps": ["in"], "outs": [graph]},
            "benchmark": {
                "wdir": "../..",
                "cmd": f"echo {name} timed | tee -a log {times}",
                "deps": [graph],
                "outs": [times],
            },
        }
        for folder in (f"pipelines/{name}", f"data/graphs/{name}", "times"):
            (build / folder).mkdir(parents=True, exist_ok=True)
        (build / f"pipelines/{name}/dvc.yaml").write_text(yaml.safe_dump({"stages": stages}))
    (build / "freeze.sh").write_text("echo $1 begins; sleep 3; echo $1 ends\n")
    root = {"report": {"cmd": "cp log report", "deps": ["times"], "outs": ["report"]}}
    (build / "dvc.yaml").write_text(yaml.safe_dump({"stages": root}))
    return build


def test_new_networks_are_built_side_by_side_and_timed_alone(networks: Path) -> None:
    done = plainly(networks)
    assert done.returncode == 0, done.stderr
    log = (networks / "log").read_text().splitlines()
    assert sorted(log[:2]) == ["left begins", "middle begins"]
    assert sorted(line for line in log[2:5] if line.endswith("ends")) == ["left ends", "middle ends"]
    assert log[5] == "right ends"
    assert sorted(log[6:]) == ["left timed", "middle timed", "right timed"]
    assert sorted(re.findall(r"^\[stage (\d) of 7", done.stdout, re.MULTILINE)) == [*"1234567"]
    assert "Running stage" not in plainly(networks).stdout


def test_a_terminal_shows_all_that_runs(networks: Path) -> None:
    code, seen = on_terminal(networks)
    assert code == 0
    assert re.search(r"stage 2 of 7, 5 left, 00:\d\d elapsed: left/freeze, middle/freeze", seen)


def test_what_runs_beside_a_stage_that_fails_goes_to_its_end_and_no_more_is_begun(networks: Path) -> None:
    (networks / "freeze.sh").write_text("test $1 != left || { sleep 1; echo 'error: no' >&2; exit 3; }; sleep 3\n")
    done = plainly(networks)
    assert done.returncode not in {0, 130}
    assert done.stderr.count("error: no\n") == 1
    assert "ERROR: failed to reproduce 'pipelines/left/dvc.yaml:freeze'" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("error: a stage failed -> see its error above")
    assert [path.parent.name for path in networks.glob("data/graphs/*/graph.pb")] == ["middle"]


def test_a_terminal_is_told_of_a_failure_once_more_at_the_end(networks: Path) -> None:
    (networks / "freeze.sh").write_text("test $1 != left || { echo 'error: no'; exit 3; }; sleep 3; echo worked >&2\n")
    code, seen = on_terminal(networks)
    assert code not in {0, 130}
    assert seen.index("failed to reproduce") < seen.index("worked") < seen.index("error: a stage failed -> see its")


def test_an_interrupt_reaches_all_that_run(networks: Path) -> None:
    (networks / "freeze.sh").write_text("touch begun.$1; sleep 2; touch late.$1\n")
    process = start(networks)
    while len(list(networks.glob("begun.*"))) < 2:
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    all_gone(process)
    assert process.returncode == 130
    assert not list(networks.glob("late.*"))


def test_an_error_is_said_as_it_comes(build: Path) -> None:
    (build / "second.sh").write_text("echo 'error: no -> yes' >&2; sleep 600\n")
    process = start(build)
    assert process.stderr is not None
    assert process.stderr.readline() == "error: no -> yes\n"
    os.killpg(process.pid, signal.SIGTERM)
    process.communicate(timeout=30)


@pytest.mark.parametrize(("what", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_who_interrupts_a_build_interrupts_its_stage(build: Path, what: signal.Signals, code: int) -> None:
    (build / "second.sh").write_text("touch begun; sleep 2; touch late; cp one two\n")
    process = start(build)
    while not (build / "begun").exists():
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, what)  # as a terminal does
    all_gone(process)
    assert process.returncode == code
    assert not (build / "late").exists()


def mended(path: str) -> str:
    return f"note: {path}: half written by a DVC that was killed; removed, and begun anew\n"


@pytest.mark.parametrize(("path", "left"), [(".dvc/tmp/rwlock", '{"read":'), ("dvc.lock", ""), ("dvc.lock", "sch")])
def test_what_a_kill_left_half_written_is_begun_anew(build: Path, path: str, left: str) -> None:
    assert plainly(build).returncode == 0
    whole = (build / path).read_text()
    (build / path).write_text(left)
    done = plainly(build)
    assert done.returncode == 0, done.stderr
    assert done.stderr == mended(path)
    assert (build / path).read_text() == whole
    assert "Running stage" not in done.stdout  # its run cache has all
    assert plainly(build).stderr == ""


def test_what_a_dvc_is_writing_is_left_to_it(build: Path) -> None:
    assert plainly(build).returncode == 0
    path = build / ".dvc/tmp/rwlock"
    path.write_text("")
    with (build / ".dvc/tmp/rwlock.lock").open("r+") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        assert "note:" not in plainly(build).stderr
    assert plainly(build).stderr == mended(".dvc/tmp/rwlock")


def test_settings_that_are_none_are_an_error_in_one_line(build: Path) -> None:
    (build / "params.yaml").write_text("a: [\n")
    done = plainly(build)
    assert done.returncode == 1
    assert done.stderr.startswith("error: params.yaml: is not YAML")
    assert done.stderr.count("\n") == 1
