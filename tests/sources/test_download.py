import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from litemill.ground.errors import SourceError
from litemill.sources.download import download
from litemill.sources.transfer import Limits, shown
from sources import making
from sources.misbehaving import Handler, Server, body, cut, status, whole

DATA = making.noise(30_000)
ROOT = Path(__file__).parents[2]
FETCH = """
import sys
from pathlib import Path
from litemill.sources.download import download
download((sys.argv[1],), Path(sys.argv[2]), lambda file: file.stat())
"""


def same(file: Path) -> None:
    """Check a file as a hash would."""
    if file.read_bytes() != DATA:
        raise SourceError("another file")


def test_a_later_run_goes_on_from_where_an_earlier_one_stopped(server: Server, limits: Limits, tmp_path: Path) -> None:
    server.answers["/x"] = [cut(DATA, 10_000)]
    with pytest.raises(SourceError, match="it goes on from the 10000 bytes at hand"):
        download((server.base + "/x",), tmp_path / "x", same, limits)
    server.answers["/x"] = [body(DATA)]
    download((server.base + "/x",), tmp_path / "x", same, limits)
    assert (tmp_path / "x").read_bytes() == DATA
    assert server.asked[-1] == ("/x", "bytes=10000-")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x", "x.lock"]


def test_a_part_of_another_version_is_not_gone_on_from(server: Server, limits: Limits, tmp_path: Path) -> None:
    server.answers["/x"] = [cut(making.noise(30_000, 1), 10_000), body(DATA, etag='"2"')]
    download((server.base + "/x",), tmp_path / "x", same, limits)
    assert (tmp_path / "x").read_bytes() == DATA


def test_a_part_that_was_whole_already_is_fetched_again(server: Server, limits: Limits, tmp_path: Path) -> None:
    (tmp_path / "x.part").write_bytes(DATA)
    (tmp_path / "x.part.etag").write_text('"1"')
    server.answers["/x"] = [body(DATA)]
    download((server.base + "/x",), tmp_path / "x", same, limits)
    assert [part for _, part in server.asked] == ["bytes=30000-", None]


def test_a_part_of_nobody_knows_what_is_not_promised_nor_kept(server: Server, limits: Limits, tmp_path: Path) -> None:
    def untagged(handler: Handler) -> None:
        handler.head(200, len(DATA))
        handler.wfile.write(DATA[:10_000])
        handler.close_connection = True

    server.answers["/x"] = [untagged]
    with pytest.raises(SourceError, match="run it again; first see network"):
        download((server.base + "/x",), tmp_path / "x", same, limits)
    assert [path.name for path in tmp_path.iterdir()] == ["x.lock"]


def test_a_good_file_is_not_asked_for_again(server: Server, limits: Limits, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(DATA)
    download((server.base + "/x",), tmp_path / "x", same, limits)
    assert server.asked == []


def test_a_file_that_went_bad_is_replaced_and_only_by_a_good_one(
    server: Server, limits: Limits, tmp_path: Path
) -> None:
    (tmp_path / "x").write_bytes(b"bad")
    server.answers["/x"] = [whole(b"worse")]
    with pytest.raises(SourceError, match="another file, from http"):
        download((server.base + "/x",), tmp_path / "x", same, limits)
    assert (tmp_path / "x").read_bytes() == b"bad"
    server.answers["/x"] = [body(DATA)]
    download((server.base + "/x",), tmp_path / "x", same, limits)
    assert (tmp_path / "x").read_bytes() == DATA


@pytest.mark.parametrize("code", [403, 404, 410])
def test_the_next_address_is_asked_where_one_no_longer_answers(
    code: int, server: Server, limits: Limits, tmp_path: Path
) -> None:
    server.answers |= {"/handle": [status(code)], "/stored": [body(DATA)]}
    download((server.base + "/handle", server.base + "/stored"), tmp_path / "x", same, limits)
    assert (tmp_path / "x").read_bytes() == DATA


def test_the_next_address_is_asked_where_nobody_listens(server: Server, limits: Limits, tmp_path: Path) -> None:
    server.answers["/stored"] = [body(DATA)]
    download(("http://127.0.0.1:1/handle", server.base + "/stored"), tmp_path / "x", same, limits)
    assert (tmp_path / "x").read_bytes() == DATA


def test_nobody_listening_is_said_plainly(limits: Limits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    with pytest.raises(SourceError) as caught:
        download(("http://user:secret@127.0.0.1:1/x",), tmp_path / "x", same, limits)
    assert "http://127.0.0.1:1/x: given up at try 3" in str(caught.value)
    assert "got no connection (Connection refused)" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_the_proxy_of_the_environment_is_used(
    server: Server, limits: Limits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("http_proxy", server.base)
    server.answers["http://nowhere.example/x"] = [body(DATA)]
    download(("http://nowhere.example/x",), tmp_path / "x", same, limits)
    assert (tmp_path / "x").read_bytes() == DATA


def test_a_server_that_compresses_unasked_changes_nothing_of_the_file(
    server: Server, limits: Limits, tmp_path: Path
) -> None:
    server.answers["/x"] = [whole(DATA, Content_Encoding="gzip")]
    download((server.base + "/x",), tmp_path / "x", same, limits)
    assert (tmp_path / "x").read_bytes() == DATA


def test_two_processes_do_not_fetch_the_same_twice(server: Server, tmp_path: Path) -> None:
    def slow(handler: Handler) -> None:
        handler.head(200, len(DATA))
        handler.wfile.write(DATA[:1000])
        handler.server.over.wait(0.5)
        handler.wfile.write(DATA[1000:])

    server.answers["/x"] = [slow]
    command = [sys.executable, "-c", FETCH, server.base + "/x", str(tmp_path / "x")]
    both = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(2)]
    errors = [process.communicate(timeout=60)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert errors == [b"", b""]
    assert len(server.asked) == 1
    assert (tmp_path / "x").read_bytes() == DATA


def test_a_bar_with_bytes_and_rate_is_shown_on_a_terminal_only(server: Server, tmp_path: Path) -> None:
    server.answers["/x"] = [body(DATA)]
    screen, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 100))
    command = [sys.executable, "-c", FETCH, server.base + "/x", str(tmp_path / "x")]
    subprocess.run(command, cwd=ROOT, stderr=terminal, check=True, timeout=60)
    os.close(terminal)
    text = b""
    try:
        while chunk := os.read(screen, 4096):
            text += chunk
    except OSError:  # Linux's way to say that the terminal is closed
        pass
    os.close(screen)
    assert b"30.0k" in text
    assert b"B/s" in text


def test_a_password_is_never_shown() -> None:
    assert shown("https://user:secret@host.example:8080/a?b=c") == "https://host.example:8080/a?b=c"


@pytest.mark.parametrize("address", ["http://", "http://[::1/x", "http://no such host/x"])
def test_an_address_that_is_none_is_said_to_be_so(address: str, limits: Limits, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="can't be asked for"):
        download((address,), tmp_path / "x", same, limits)
