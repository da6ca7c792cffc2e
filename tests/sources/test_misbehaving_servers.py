"""Each way in which a server misbehaves: what the user sees, as docs/downloads.md has it, and what stays."""

import dataclasses
import gzip
import re
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from litemill.ground.errors import SourceError
from litemill.sources import origin
from litemill.sources.transfer import Limits
from litemill.sources.unpacking import unpack
from sources import making
from sources.making import GRAPH_NAME, MIRROR, NAME
from sources.misbehaving import Answer, Server, body, cut, stall, status, trickle, whole

DOCS = Path(__file__).parents[2] / "docs" / "downloads.md"
BASE = "http://mirror.example"
PATH = f"/{MIRROR}"
GOOD = making.good()
GRAPH = (GRAPH_NAME, making.graph())
PAGE = b"<!DOCTYPE html><html><title>Sign in to the network</title></html>"


class Case(NamedTuple):
    """What the server does; whether the hash is known; whether a part stays; the time limit."""

    answers: tuple[Answer, ...]
    known: bool = True
    part_stays: bool = False
    total_s: float = 20


def archive(*members: tuple[str, bytes] | tarfile.TarInfo) -> Case:
    return Case((body(making.tar_gz(*members)),), known=False)


CASES: dict[str, Case] = {
    "404": Case((status(404),)),
    "403": Case((status(403),)),
    "503, then good": Case((status(503), status(503), body(GOOD))),
    "503 for ever": Case((status(503),)),
    "429 with Retry-After, then good": Case((status(429, Retry_After="0"), body(GOOD))),
    "reset in the middle, then good": Case((cut(GOOD, 5000, reset=True), body(GOOD))),
    "reset in the middle, for ever": Case((cut(GOOD, 5000, reset=True),), part_stays=True),
    "stall": Case((stall(GOOD, 5000),), part_stays=True),
    "trickle, past the time limit": Case((trickle(GOOD, 0.05),), part_stays=True, total_s=0.5),
    "wrong length, too long": Case((cut(GOOD, len(GOOD), length=len(GOOD) + 1000),), part_stays=True),
    "wrong length, too short": Case((whole(GOOD[:3000]),)),
    "Range ignored": Case((cut(GOOD, 5000), whole(GOOD))),
    "more than the limit": Case((cut(bytes(1), 1, length=10), whole(bytes((1 << 20) + 1)))),
    "HTML with status 200": Case((whole(PAGE),)),
    "HTML with status 200, hash unknown": Case((whole(PAGE),), known=False),
    "HTML, compressed": Case((whole(gzip.compress(PAGE, mtime=0)),), known=False),
    "text": Case((whole(b"version https://git-lfs.github.com/spec/v1\n"),)),
    "empty file": Case((whole(b""),)),
    "wrong hash": Case((body(bytes([*GOOD[:-1], GOOD[-1] ^ 1])),)),
    "redirect loop": Case((status(302, Location=PATH),)),
    "cut archive": Case((body(GOOD[:-5000]),), known=False),
    "gzip bomb": Case((body(gzip.compress(bytes(30 << 20), mtime=0)),), known=False),
    "path traversal": archive(("../../evil.pb", b"x"), GRAPH),
    "absolute path": archive(("/etc/evil.pb", b"x"), GRAPH),
    "symlink member": archive(making.member(GRAPH_NAME, tarfile.SYMTYPE, "/etc/passwd")),
    "hard link member": archive(making.member(GRAPH_NAME, tarfile.LNKTYPE, "/etc/passwd")),
    "device member": archive(making.member("small/tty", tarfile.CHRTYPE), GRAPH),
    "member that writes to the terminal": archive(("small/\x1b[2J.pb", b"x"), GRAPH),
    "duplicate member": archive(GRAPH, GRAPH),
    "archive without a graph": archive(("small/model.ckpt.index", b"x"), ("small/README", b"x")),
    "two graphs": archive(("a/frozen_inference_graph.pb", GRAPH[1]), ("b/frozen_inference_graph.pb", GRAPH[1])),
    "empty graph": archive((GRAPH_NAME, b"")),
    "text instead of a protobuf": archive((GRAPH_NAME, b'node { name: "a" op: "Const" }')),
    "protobuf cut short": archive((GRAPH_NAME, GRAPH[1][:-500])),
}
FINE = {name for name in CASES if name.endswith("then good")} | {"Range ignored"}


def documented() -> dict[str, str]:
    rows = re.findall(r"^\| ([^|]+) \| `?([^|]+?)`? \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    return dict(rows)


def seen(error: SourceError, base: str) -> str:
    """Return a message with what differs from run to run replaced."""
    text = re.sub(r"\d+ bytes (at hand|in the)", r"N bytes \1", str(error).replace(base, BASE))
    return text.replace("|", "/").replace("`", "")  # which a Markdown table of code can't hold


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def fetch(server: Server, limits: Limits, checkout: Path) -> Callable[[Case], dict[str, str]]:
    """Do what the stage does: get a source, and unpack it over an earlier, good one."""
    unpack(_file(checkout.parent / "earlier.tar.gz", GOOD), "frozen_graph", checkout / NAME)

    def run(case: Case) -> dict[str, str]:
        server.answers[PATH] = list(case.answers)
        entry = making.entry(GOOD if case.known else None)
        file, _ = origin.get(entry, NAME, server.base, limits=dataclasses.replace(limits, total_s=case.total_s))
        return unpack(file, entry.kind, checkout / NAME)

    return run


def _file(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", sorted(CASES.keys() - FINE))
def test_the_user_sees_what_the_docs_say_and_nothing_is_lost(
    name: str, fetch: Callable[[Case], dict[str, str]], server: Server, checkout: Path
) -> None:
    before = snapshot(checkout)
    with pytest.raises(SourceError) as caught:
        fetch(CASES[name])
    assert seen(caught.value, server.base) == documented()[name]
    assert snapshot(checkout) == before
    left = [path.name for path in snapshot_paths(checkout.parent / "cache") if path.suffix != ".lock"]
    parts = ["small.tar.gz.part", "small.tar.gz.part.etag"] if CASES[name].part_stays else []
    assert [item for item in left if item not in parts] == []


@pytest.mark.parametrize("name", sorted(FINE))
def test_what_mends_itself_gives_the_whole_file(
    name: str, fetch: Callable[[Case], dict[str, str]], checkout: Path
) -> None:
    assert documented()[name].startswith("nothing")
    found = fetch(CASES[name])
    assert found == {"frozen_inference_graph.pb": making.sha256(GRAPH[1])}
    cached = [path for path in snapshot_paths(checkout.parent / "cache") if path.suffix != ".lock"]
    assert [path.read_bytes() for path in cached] == [GOOD]


def test_the_docs_name_every_case() -> None:
    assert set(documented()) - {"case", "---"} >= set(CASES)


def snapshot_paths(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]
