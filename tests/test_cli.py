"""The command `litemill`, run as a user does."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import litemill
from litemill import cli

ROOT = Path(__file__).parents[1]
LOG = ROOT / "tests/benchlogs/o2-gpu-partly-then-cpu.txt"


def run(*words: str, cwd: Path = ROOT, python: tuple[str, ...] = (sys.executable,)) -> tuple[int, str, str]:
    done = subprocess.run([*python, "-m", "litemill", *words], cwd=cwd, env={"PYTHONPATH": str(ROOT)},
                          capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_the_page_of_help_has_a_line_for_each_verb_in_its_group() -> None:
    code, page, said = run("--help")
    assert (code, said) == (0, "")
    assert re.findall(r"^(\w+):$", page, re.MULTILINE) == list(cli.GROUPS)
    assert re.findall(r"^  ([a-z]\S+)  +\S", page, re.MULTILINE) == list(cli.VERBS)
    assert max(map(len, page.splitlines())) <= 100
    assert run() == (2, "", page)


@pytest.mark.parametrize("verb", cli.VERBS)
def test_a_verb_has_a_function_of_its_name_and_no_command_is_without_a_verb(verb: str) -> None:
    name = verb.replace("-", "_")
    tree = ast.parse((ROOT / f"litemill/commands/{name}.py").read_text())
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert {file.stem.replace("_", "-") for file in (ROOT / "litemill/commands").glob("[a-z]*.py")} == set(cli.VERBS)


def test_a_verbs_help_shows_its_options() -> None:
    code, shown, said = run("plan", "--help")
    assert (code, said) == (0, "")
    assert shown.startswith("usage: litemill plan ")
    assert {"--write", "--json", "--network"} <= set(re.findall(r"--\w+", shown))


def test_the_version_is_the_packages() -> None:
    assert run("--version") == (0, f"litemill {litemill.__version__}\n", "")


def test_a_verb_runs_in_the_folder_that_is_named(tmp_path: Path) -> None:
    code, listed, said = run("-C", str(ROOT), "zoo", cwd=tmp_path)
    assert (code, said) == (0, "")
    assert listed == run("zoo")[1]
    assert run("-C", "nowhere", "zoo", cwd=tmp_path) == (
        1, "", "error: -C nowhere: No such file or directory -> name the folder of a checkout\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["unit", "a", "--most", "x"], 1, "error: --most: expected a whole number of 0 or more, got 'x'\n"),
        (["fanout", "--local", "-1"], 1, "error: --local: expected a whole number of 0 or more, got '-1'\n"),
        (["fanout", "--local", "1.5"], 1, "error: --local: expected a whole number of 0 or more, got '1.5'\n"),
        (["inspekt"], 2, "error: no verb 'inspekt' -> did you mean 'inspect'?\n"),
        (["xyz"], 2, "error: no verb 'xyz' -> litemill --help lists them\n"),
        (["zoo", "--jsn"], 2, "unrecognized arguments: --jsn\n"),
        (["--zoo"], 2, "unrecognized arguments: --zoo\n"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_and_ends_as_stages_end(words: list[str], code: int, said: str) -> None:
    status, printed, error = run(*words)
    assert (status, printed) == (code, "")
    assert error.endswith(said)
    assert "Traceback" not in error
    assert code == 2 or error.count("\n") == 1


def test_a_package_that_is_missing_is_named_and_what_brings_it(tmp_path: Path) -> None:
    bare = (sys.executable, "-S")  # none of what is installed
    code, _, said = run("zoo", python=bare, cwd=tmp_path)
    assert (code, said) == (1, f'error: {sys.executable} lacks the package msgspec -> pip install "litemill[all]"\n')
    assert run("zoo", python=bare)[2].endswith('put .venv/bin on the PATH: export PATH="$PWD/.venv/bin:$PATH"\n')
    assert run("--help", python=bare)[0] == 0


def test_logs_are_read_with_the_exit_codes_of_the_module(tmp_path: Path) -> None:
    old = [sys.executable, "-m", "litemill.benchlog", str(LOG)]
    told = subprocess.run(old, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout
    assert run("benchmark-log", str(LOG)) == (0, told, "")
    code, line, _ = run("benchmark-log", "absent.txt", cwd=tmp_path)
    assert (code, "can't be read" in line) == (1, True)
    assert run("benchmark-log")[0] == 2
