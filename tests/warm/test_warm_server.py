"""The server: which stages share one, when it begins and when it goes away."""

import fcntl
import os
import select
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest
from processes import LIMIT, Checkout, all_ended, first_line

from warm.checkouts import WARM, new_checkout, tell


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


def test_a_folder_open_to_others_is_not_trusted(checkout: Checkout, sockets: Path) -> None:
    sockets.mkdir()
    sockets.chmod(0o777)
    assert tell(checkout)["server"] == os.getpid()
    assert list(sockets.iterdir()) == []
