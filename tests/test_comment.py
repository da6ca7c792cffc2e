"""The one comment on a pull request, as a code host's API sees it."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

ROOT = Path(__file__).parents[1]
MARK = "<!-- litemill: comparison -->"
RUN = {"HEAD_OWNER": "someone", "HEAD_BRANCH": "a change", "HEAD_SHA": "c" * 40}


class Host(ThreadingHTTPServer):
    """What a host keeps: open pull requests by head, and the comments on them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pulls = {"someone:a change": [{"number": 7, "head": {"sha": "c" * 40}}]}
        self.comments: list[dict[str, Any]] = []
        self.tokens: set[str | None] = set()


class Handler(BaseHTTPRequestHandler):
    """The few requests that are made."""

    server: Host

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        found: list[Any] = self.server.comments
        if url.path == "/repos/owner/name/pulls":
            found = self.server.pulls.get(query["head"], []) if query["state"] == "open" else []
        start, count = (int(query["page"]) - 1) * int(query["per_page"]), int(query["per_page"])
        self._answer(found[start : start + count])

    def do_POST(self) -> None:
        assert self.path == "/repos/owner/name/issues/7/comments"
        self.server.comments.append({"id": len(self.server.comments), "user": {"type": "Bot"}} | self._sent())
        self._answer({})

    def do_PATCH(self) -> None:
        number = int(self.path.removeprefix("/repos/owner/name/issues/comments/"))
        self.server.comments[number] |= self._sent()
        self._answer({})

    def log_message(self, *_: object) -> None:
        pass

    def _sent(self) -> dict[str, Any]:
        sent: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return sent

    def _answer(self, value: object) -> None:
        self.server.tokens.add(self.headers["Authorization"])
        body = json.dumps(value).encode()
        self.send_response(200 if self.headers["Authorization"] == "Bearer secret" else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def host() -> Iterator[Host]:
    with Host() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def post(host: Host, folder: Path, text: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the workflow's last step."""
    (folder / "comment.md").write_text(text)
    own = {"GITHUB_API_URL": f"http://127.0.0.1:{host.server_port}", "GITHUB_REPOSITORY": "owner/name"}
    own |= {"GITHUB_TOKEN": "secret", "NO_PROXY": "*"} | RUN | environment
    command = [sys.executable, str(ROOT / ".ci/pull_request/post.py"), str(folder / "comment.md")]
    return subprocess.run(command, env=os.environ | own, capture_output=True, text=True, timeout=60, check=False)


def test_the_comment_is_written_once_and_updated_ever_after(host: Host, tmp_path: Path) -> None:
    host.comments = [
        {"id": index, "user": {"type": "User"}, "body": MARK if index == 3 else "a"} for index in range(150)
    ]
    assert post(host, tmp_path, f"{MARK}\nfirst").stdout == "comment on 7 written\n"
    assert post(host, tmp_path, f"{MARK}\nsecond").stdout == "comment on 7 updated\n"
    assert [one["body"] for one in host.comments[150:]] == [f"{MARK}\nsecond"]
    # a person's own text is left alone, whatever it holds
    assert host.comments[3]["body"] == MARK


def test_a_pull_request_with_newer_commits_or_closed_gets_none(host: Host, tmp_path: Path) -> None:
    for changed in ({"HEAD_SHA": "d" * 40}, {"HEAD_OWNER": "other"}):
        done = post(host, tmp_path, f"{MARK}\n", **changed)
        assert done.stdout == "no comment: the pull request is closed, or has newer commits\n"
    assert host.comments == []


def test_what_a_fork_sends_notifies_nobody_and_is_cut_and_must_be_ours(host: Host, tmp_path: Path) -> None:
    assert post(host, tmp_path, f"{MARK}\n@everyone" + "a" * 100_000).returncode == 0
    assert "@everyone" not in host.comments[0]["body"]
    assert len(host.comments[0]["body"]) < 65_536
    assert post(host, tmp_path, "another text").stdout == "no comment: the text is none of ours\n"
    assert len(host.comments) == 1


def test_the_job_in_the_docs_for_another_host_is_one_of_these_scripts() -> None:
    block = (ROOT / "docs/ci.md").read_text().split("```yaml\ncompare:")[1].split("```")[0]
    script = yaml.safe_load(f"compare:{block}")["compare"]["script"]
    assert any(line.startswith(".ci/pull_request/compare ") for line in script)
    assert script[-1] == "make check"
    assert MARK.removesuffix(" -->") in "\n".join(script)
    subprocess.run(["bash", "-n"], input="\n".join(script), text=True, check=True, timeout=60)


def test_a_host_that_refuses_is_an_error_in_one_line_without_the_token(host: Host, tmp_path: Path) -> None:
    done = post(host, tmp_path, f"{MARK}\n", GITHUB_TOKEN="wrong")  # noqa: S106
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: no comment: HTTP Error 403: Forbidden\n"
    assert host.tokens == {"Bearer wrong"}
