"""Stages that run by way of the server: as if each were a process of its own."""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from processes import LIMIT, REPOSITORY, Checkout, all_ended, first_line, parent_of

from warm.checkouts import TELL, WARM, new_checkout, tell

REFUSE = """
from litemill.ground import command
from litemill.ground.errors import GraphError

def refuse() -> None:
    raise GraphError("no")

command.run(refuse)
"""
CLEANING = """
import time
try:
    time.sleep(0.5)  # a client that is interrupted before it heard of its stage's start lets it be killed
    print("on", flush=True)
    time.sleep(600)
finally:
    open("cleaned", "w").close()
"""
SLOW_CLIENT = """
import socket, sys, time
send = socket.send_fds
def slow(*given):
    sent = send(*given)
    time.sleep(3)
    return sent
socket.send_fds = slow
sys.argv = ["warm", "stages.tell"]
from litemill import warm
warm.main()
"""
SUM = """
import sys
print("tensorflow" in sys.modules)
import tensorflow as tf
square = tf.function(lambda x: tf.linalg.matmul(x, x))
print(float(tf.reduce_sum(square(tf.ones((64, 64))))))
"""


def test_stages_are_forks_of_one_server(checkout: Checkout) -> None:
    first, second = tell(checkout), tell(checkout)
    assert first["preloaded"]
    assert second["preloaded"]
    assert first["server"] == second["server"]


def test_a_stage_that_ends_before_its_client_goes_on_is_run_once(checkout: Checkout) -> None:
    tell(checkout)
    done = checkout.run("-c", SLOW_CLIENT)
    assert (done.returncode, done.stderr) == (0, "told\n")


def test_a_stage_gets_its_arguments_environment_folder_and_input(checkout: Checkout) -> None:
    first = tell(checkout, "--a", "b c", NAME="x")
    assert first["arguments"] == ["--a", "b c"]
    assert first["cwd"] == str(checkout.root.resolve())
    assert (first["name"], tell(checkout)["name"]) == ("x", None)
    done = subprocess.run(
        [*WARM, "stages.tell"], cwd=checkout.root, env=checkout.env, input=b"in\xc3\xa4", capture_output=True,
        timeout=LIMIT, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["stdin"] == "in\u00e4"


def test_an_edit_of_a_stage_counts(checkout: Checkout) -> None:
    first = tell(checkout)
    checkout.write("tell", TELL.replace('"version": 1', '"version": 1 + 1'))
    second = tell(checkout)
    assert (first["version"], second["version"]) == (1, 2)
    assert first["server"] == second["server"]


def test_an_edit_of_the_library_counts(tmp_path: Path, sockets: Path) -> None:
    checkout = new_checkout(tmp_path / "one", sockets)
    shutil.copytree(REPOSITORY / "litemill", checkout.root / "litemill")
    del checkout.env["PYTHONPATH"]
    before = tell(checkout)
    for name in ("__init__.py", "errors.py"):
        (checkout.root / "litemill" / name).write_text("EDITED = True\n")
    checkout.write("edited", "import litemill\nfrom litemill import errors\nprint(litemill.EDITED, errors.EDITED)\n")
    assert checkout.run(*WARM[1:], "stages.edited").stdout == "True True\n"
    assert tell(checkout)["server"] == before["server"]


@pytest.mark.parametrize(
    ("code", "status", "stdout", "stderr"),
    [
        ("print('out')", 0, "out\n", ""),
        ("import sys; print('out'); sys.exit(7)", 7, "out\n", ""),
        ("import sys; sys.exit('why')", 1, "", "why\n"),
        ("import os; os.write(2, b'raw'); os._exit(3)", 3, "", "raw"),
        (REFUSE, 1, "", "error: no\n"),
    ],
)
@pytest.mark.parametrize("warm", ["1", "0"])
def test_status_and_output_are_the_stages(
    checkout: Checkout, warm: str, code: str, status: int, stdout: str, stderr: str
) -> None:
    checkout.write("end", code)
    done = checkout.run(*WARM[1:], "stages.end", LITEMILL_WARM=warm)
    assert (done.returncode, done.stdout, done.stderr) == (status, stdout, stderr)


def test_a_bug_keeps_its_traceback(checkout: Checkout) -> None:
    checkout.write("bug", "def f() -> None:\n    raise ValueError('a bug')\nf()\n")
    done = checkout.run(*WARM[1:], "stages.bug")
    assert done.returncode == 1
    assert "stages/bug.py" in done.stderr
    assert done.stderr.endswith("ValueError: a bug\n")


def test_a_stage_that_a_signal_ends_is_an_error_of_one_line(checkout: Checkout) -> None:
    checkout.write("crash", "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    done = checkout.run(*WARM[1:], "stages.crash")
    assert done.returncode == 1
    assert done.stderr.startswith("error: stages.crash: ended by signal 11 (Segmentation fault)")
    assert done.stderr.count("\n") == 1


def test_a_module_that_is_not_there_is_refused(checkout: Checkout) -> None:
    for arguments in (["stages.absent"], ["absent.stage"], []):
        done = checkout.run(*WARM[1:], *arguments)
        assert done.returncode == 1
        assert "no such module" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_killed_client_ends_its_stage_in_a_long_call(checkout: Checkout) -> None:
    client = checkout.start(*WARM, "stages.busy")
    assert first_line(client) != str(client.pid)
    client.send_signal(signal.SIGKILL)
    assert all_ended(client)


def test_the_killed_parent_of_a_client_ends_its_stage(checkout: Checkout) -> None:
    parent = checkout.start(*parent_of(*WARM, "stages.busy"))
    assert first_line(parent)
    parent.send_signal(signal.SIGKILL)
    assert all_ended(parent)


def test_what_a_stage_started_ends_with_it(checkout: Checkout) -> None:
    checkout.write("nest", "import subprocess\nsubprocess.run(['sh', '-c', 'echo on; sleep 600; echo off'])\n")
    client = checkout.start(*WARM, "stages.nest")
    assert first_line(client) == "on"
    client.send_signal(signal.SIGKILL)
    assert all_ended(client)


def test_a_killed_server_ends_its_stages_which_is_an_error(checkout: Checkout) -> None:
    checkout.write("busy", "import os, time\nprint(os.getppid(), flush=True)\ntime.sleep(600)\n")
    client = checkout.start(*WARM, "stages.busy")
    os.kill(int(first_line(client)), signal.SIGKILL)
    assert client.stderr is not None
    said = client.stderr.readline().decode()
    assert all_ended(client)
    assert client.returncode == 1
    assert said.startswith("error: stages.busy: its server is gone")


def test_ctrl_c_lets_the_stage_clean_up_and_leaves_the_server(checkout: Checkout) -> None:
    before = tell(checkout)
    checkout.write("wait", CLEANING)
    client = checkout.start(*WARM, "stages.wait")
    assert first_line(client) == "on"
    client.send_signal(signal.SIGINT)
    assert all_ended(client)
    assert client.returncode == 130
    assert (checkout.root / "cleaned").exists()
    assert tell(checkout)["server"] == before["server"]


def test_ctrl_c_ends_a_stage_that_cannot_hear_it(checkout: Checkout) -> None:
    client = checkout.start(*WARM, "stages.busy")
    first_line(client)
    client.send_signal(signal.SIGINT)
    assert all_ended(client)
    assert client.returncode == 130


@pytest.mark.parametrize("env", [{"LITEMILL_WARM": "0"}, {"LITEMILL_WARM_PRELOAD": "no_such_module"}])
def test_without_a_server_the_stage_runs_all_the_same(checkout: Checkout, env: dict[str, str]) -> None:
    told = tell(checkout, "--a", **env)
    assert told["server"] == os.getpid()
    assert told["arguments"] == ["--a"]
    assert not told["preloaded"]


@pytest.mark.build
def test_a_fork_computes_with_tensorflow(checkout: Checkout) -> None:
    del checkout.env["LITEMILL_WARM_PRELOAD"]
    checkout.write("sum", SUM)
    for _ in range(2):
        assert checkout.run(*WARM[1:], "stages.sum").stdout == "True\n262144.0\n"
