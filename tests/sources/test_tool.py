"""The benchmark tool over HTTP: pinned at its first download, and a later build at the same address refused."""

from pathlib import Path

import pytest

from litemill.devices import tool
from litemill.ground.errors import SourceError
from litemill.ground.project import SOURCES_LOCK
from litemill.settings.devices import ToolFile
from sources.misbehaving import Server, body

FIRST, LATER = b"#!/bin/sh\necho 1\n", b"#!/bin/sh\necho 2\n"


def test_a_download_is_pinned_and_another_build_is_refused(server: Server, checkout: Path) -> None:
    asked = ToolFile(url=f"{server.base}/tool")
    server.answers["/tool"] = [body(FIRST)]
    file, sha256 = tool.get("arm64-v8a", asked)
    assert file.read_bytes() == FIRST
    assert sha256 in (checkout / SOURCES_LOCK).read_text()
    file.unlink()
    server.answers["/tool"] = [body(LATER)]
    with pytest.raises(SourceError, match="benchmark_model_arm64-v8a: another file than the known one"):
        tool.get("arm64-v8a", asked)
    assert not file.exists()


def test_a_page_in_the_tools_place_is_refused(server: Server, checkout: Path) -> None:
    server.answers["/tool"] = [body(b"<!doctype html><p>log in")]
    with pytest.raises(SourceError, match="is no program"):
        tool.get("arm64-v8a", ToolFile(url=f"{server.base}/tool"))
    assert not (checkout / SOURCES_LOCK).exists()


def test_another_address_gives_another_build(server: Server, checkout: Path) -> None:
    server.answers["/one"], server.answers["/two"] = [body(FIRST)], [body(LATER)]
    found = [tool.get("arm64-v8a", ToolFile(url=f"{server.base}/{name}"))[0].read_bytes() for name in ("one", "two")]
    assert found == [FIRST, LATER]
    assert (checkout / SOURCES_LOCK).exists()
