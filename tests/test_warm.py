import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import LIMIT, Checkout, all_ended, first_line, parent_of

WARM = (sys.executable, "-m", "litemill.warm")
TELL = """
import json
import os
import sys

def tell() -> str:
    '''Tell what this process is.'''
    print("told", file=sys.stderr)
    return json.dumps({
        "server": os.getppid(), "arguments": sys.argv[1:], "cwd": os.getcwd(), "name": os.environ.get("NAME"),
        "stdin": sys.stdin.read(), "preloaded": "colorsys" in sys.modules, "version": 1,
    })

if __name__ == "__main__":
    print(tell())
"""

REFUSE = """
from litemill.core import stage
from litemill.core.errors import GraphError

def refuse() -> None:
    raise GraphError("no")

stage.run(refuse)
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


@pytest.fixture
def sockets(tmp_path: Path) -> Iterator[Path]:
    """Give the folder of the servers' sockets, apart from the user's; its servers go away with it."""
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    yield run / "litemill"
    shutil.rmtree(run)


@pytest.fixture
def checkout(tmp_path: Path, sockets: Path) -> Checkout:
    return new_checkout(tmp_path / "one", sockets)


def new_checkout(root: Path, sockets: Path) -> Checkout:
    checkout = Checkout(root, XDG_RUNTIME_DIR=str(sockets.parent), LITEMILL_WARM_PRELOAD="colorsys")
    checkout.write("tell", TELL)
    return checkout


def tell(checkout: Checkout, *options: str, **env: str) -> dict[str, object]:
    done = checkout.run(*WARM[1:], "stages.tell", *options, **env)
    assert (done.returncode, done.stderr) == (0, "told\n")
    told: dict[str, object] = json.loads(done.stdout)
    return told


def wait_until_gone(path: Path) -> None:
    limit = time.monotonic() + LIMIT
    while path.exists():
        assert time.monotonic() < limit, f"{path} stays"
        time.sleep(0.05)


def socket_of(sockets: Path) -> Path:
    (path,) = sockets.glob("*.sock")
    return path


def test_a_server_that_is_begun_ahead_serves_the_first_stage(checkout: Checkout, sockets: Path) -> None:
    assert checkout.run("-c", "from litemill import warm; warm.begin()").returncode == 0
    begun = socket_of(sockets)
    assert tell(checkout)["preloaded"] is True
    assert socket_of(sockets) == begun


def test_none_is_begun_where_none_is_wanted(checkout: Checkout, sockets: Path) -> None:
    assert checkout.run("-c", "from litemill import warm; warm.begin()", LITEMILL_WARM="0").returncode == 0
    assert not sockets.exists()


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
    shutil.copytree(Path(__file__).parents[1] / "litemill", checkout.root / "litemill")
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


def test_another_checkout_has_another_server(tmp_path: Path, checkout: Checkout, sockets: Path) -> None:
    other = new_checkout(tmp_path / "two", sockets)
    assert tell(checkout)["server"] != tell(other)["server"]


@pytest.mark.parametrize("variable", ["TF_DETERMINISTIC_OPS", "OMP_NUM_THREADS"])
def test_another_start_of_tensorflow_has_another_server(checkout: Checkout, variable: str) -> None:
    one, two, again = (tell(checkout, **{variable: value})["server"] for value in ("1", "2", "1"))
    assert one == again
    assert one != two


def test_clients_at_once_start_one_server(checkout: Checkout, sockets: Path) -> None:
    sockets.mkdir(mode=0o700)
    with (sockets / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as a client that is about to start it
        clients = [checkout.start(*WARM, "stages.busy") for _ in range(4)]
        time.sleep(1)
        assert list(sockets.glob("*.sock")) == []
    assert len({first_line(client) for client in clients}) == 1
    assert socket_of(sockets)
    for client in clients:
        client.send_signal(signal.SIGKILL)
    for client in clients:
        assert all_ended(client)


def test_an_idle_server_goes_away_and_takes_its_socket_along(checkout: Checkout, sockets: Path) -> None:
    first = tell(checkout, LITEMILL_WARM_IDLE="0.1")
    wait_until_gone(socket_of(sockets))
    assert tell(checkout, LITEMILL_WARM_IDLE="0.1")["server"] != first["server"]


def test_a_server_goes_away_with_its_checkout(checkout: Checkout, sockets: Path) -> None:
    tell(checkout)
    shutil.rmtree(checkout.root)
    wait_until_gone(socket_of(sockets))


@pytest.mark.skipif(sys.platform != "linux", reason="waits for a process that is not its own")
def test_a_server_whose_socket_is_removed_goes_away(checkout: Checkout, sockets: Path) -> None:
    server = int(str(tell(checkout)["server"]))
    handle = os.pidfd_open(server)
    socket_of(sockets).unlink()
    assert select.select([handle], [], [], LIMIT)[0]
    os.close(handle)
    assert tell(checkout)["server"] != server


def test_the_socket_of_a_killed_server_is_in_nobodys_way(checkout: Checkout, sockets: Path) -> None:
    first = tell(checkout)
    os.kill(int(str(first["server"])), signal.SIGKILL)
    second = tell(checkout)
    assert second["preloaded"]
    assert second["server"] != first["server"]
    assert socket_of(sockets)


def test_the_socket_of_another_checkouts_killed_server_is_removed(
    tmp_path: Path, checkout: Checkout, sockets: Path
) -> None:
    os.kill(int(str(tell(checkout)["server"])), signal.SIGKILL)
    stale = socket_of(sockets)
    tell(new_checkout(tmp_path / "two", sockets))
    assert not stale.exists()


@pytest.mark.parametrize("env", [{"LITEMILL_WARM": "0"}, {"LITEMILL_WARM_PRELOAD": "no_such_module"}])
def test_without_a_server_the_stage_runs_all_the_same(checkout: Checkout, env: dict[str, str]) -> None:
    told = tell(checkout, "--a", **env)
    assert told["server"] == os.getpid()
    assert told["arguments"] == ["--a"]
    assert not told["preloaded"]


def test_a_folder_open_to_others_is_not_trusted(checkout: Checkout, sockets: Path) -> None:
    sockets.mkdir()
    sockets.chmod(0o777)
    assert tell(checkout)["server"] == os.getpid()
    assert list(sockets.iterdir()) == []


@pytest.mark.slow
def test_a_fork_computes_with_tensorflow(checkout: Checkout) -> None:
    del checkout.env["LITEMILL_WARM_PRELOAD"]
    checkout.write("sum", SUM)
    for _ in range(2):
        assert checkout.run(*WARM[1:], "stages.sum").stdout == "True\n262144.0\n"
