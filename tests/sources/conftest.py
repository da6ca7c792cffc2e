"""A server that does as a test tells it, limits that are over soon, a checkout of one's own."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from litemill.sources.transfer import Limits
from sources.misbehaving import Server


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "*")
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.over.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def limits() -> Limits:
    return Limits(connect_s=2, read_s=0.4, total_s=20, tries=3, pause_s=0.01, bytes=1 << 20)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout, the current folder, with a cache of its own beside it."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("LITEMILL_CACHE", str(tmp_path / "cache"))
    return folder
