import signal
import sys
from pathlib import Path

import pytest
from processes import Checkout, all_ended, first_line, parent_of

STAGE = """
import errno
import sys
from litemill.ground import command
from litemill.ground.errors import GraphError

def work(network: str, error: str, dry_run: bool = False, mood: str = "") -> str | None:
    '''Do the work.

    Not shown.
    '''
    if error == "graph":
        raise GraphError("a.pb: no node x", expected="y", got="z", remedy="name y")
    if error == "full":
        raise OSError(errno.ENOSPC, "No space left on device", "models/a.tflite")
    if error == "missing":
        open("absent.pb")
    if error == "memory":
        raise MemoryError
    if error == "interrupt":
        raise KeyboardInterrupt
    if error == "bug":
        raise ValueError("a bug")
    if error == "silent":
        return None
    if error == "heavy":
        return f"imported: {[name for name in ('numpy', 'tensorflow', 'msgspec') if name in sys.modules]}"
    return f"{network} {dry_run}{mood}"

if __name__ == "__main__":
    command.run(work)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    checkout = Checkout(tmp_path)
    checkout.write("work", STAGE)
    return checkout


def test_options_are_the_functions_parameters(checkout: Checkout) -> None:
    done = checkout.run("-m", "stages.work", "--network", "a", "--error", "none", "--dry-run")
    assert (done.returncode, done.stdout, done.stderr) == (0, "a True\n", "")
    assert checkout.run("-m", "stages.work", "--network", "b", "--error", "none").stdout == "b False\n"


def test_an_option_with_a_default_may_be_left_out_or_given(checkout: Checkout) -> None:
    done = checkout.run("-m", "stages.work", "--network", "a", "--error", "none", "--mood", "!")
    assert (done.returncode, done.stdout) == (0, "a False!\n")


def test_help_shows_the_docstrings_first_line(checkout: Checkout) -> None:
    shown = checkout.run("-m", "stages.work", "--help").stdout
    assert "python -m stages.work" in shown
    assert "Do the work." in shown
    assert "Not shown" not in shown


@pytest.mark.parametrize("options", [[], ["--network", "a"], ["--net", "a", "--error", "none"], ["--other"]])
def test_a_missing_or_unknown_option_is_refused(checkout: Checkout, options: list[str]) -> None:
    done = checkout.run("-m", "stages.work", *options)
    assert done.returncode == 2
    assert "usage: python -m stages.work" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_stage_without_an_outcome_prints_nothing(checkout: Checkout) -> None:
    done = checkout.run("-m", "stages.work", "--network", "a", "--error", "silent")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("graph", ["a.pb: no node x", "expected y", "got z", "name y"]),
        ("full", ["models/a.tflite", "no space left", "free some space"]),
        ("missing", ["absent.pb", "no such file"]),
        ("memory", ["out of memory"]),
    ],
)
def test_an_error_is_one_line_and_exit_1(checkout: Checkout, error: str, words: list[str]) -> None:
    done = checkout.run("-m", "stages.work", "--network", "a", "--error", error)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert [word for word in words if word not in done.stderr] == []


def test_a_bug_keeps_its_traceback(checkout: Checkout) -> None:
    done = checkout.run("-m", "stages.work", "--network", "a", "--error", "bug")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "ValueError: a bug" in done.stderr


def test_ctrl_c_exits_130_without_a_word(checkout: Checkout) -> None:
    done = checkout.run("-m", "stages.work", "--network", "a", "--error", "interrupt")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_a_parameter_of_another_type_is_a_bug(checkout: Checkout) -> None:
    checkout.write("count", STAGE.replace("network: str", "network: int"))
    done = checkout.run("-m", "stages.count", "--network", "3", "--error", "none")
    assert done.returncode == 1
    assert "TypeError: network: int" in done.stderr


def test_a_stage_starts_without_anything_heavy(checkout: Checkout) -> None:
    done = checkout.run("-m", "stages.work", "--network", "a", "--error", "heavy")
    assert done.stdout == "imported: []\n"


def test_a_stage_dies_with_its_killed_parent(checkout: Checkout) -> None:
    parent = checkout.start(*parent_of(sys.executable, "-m", "stages.busy"))
    assert first_line(parent) == str(parent.pid)
    parent.send_signal(signal.SIGKILL)
    assert all_ended(parent)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only the shell's own death is noticed")
@pytest.mark.parametrize("command", ["{} -m stages.wait; true", "exec {} -m stages.wait"])
def test_a_stage_dies_with_the_killed_parent_of_its_shell(checkout: Checkout, command: str) -> None:
    checkout.write("wait", "import time\nfrom litemill.ground.process import die_with_parent\n"
                           "die_with_parent()\nprint('on', flush=True)\ntime.sleep(600)")  # fmt: skip
    parent = checkout.start(*parent_of("/bin/sh", "-c", command.format(sys.executable)))
    assert first_line(parent) == "on"
    parent.send_signal(signal.SIGKILL)
    assert all_ended(parent)
