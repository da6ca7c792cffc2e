"""A mirror over HTTP, asked for upstream's own paths, gives what is embedded."""

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from litemill.core import files

REPOSITORY = Path(__file__).parents[1]
TIME_LIMIT_S = 120


@pytest.fixture
def mirror() -> Iterator[str]:
    """Serve the embedded files under upstream's paths."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(REPOSITORY / "data/embedded"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def fetched(folder: Path, source: str, names: list[str]) -> dict[str, str]:
    """Fetch sources in a checkout of their own; give the SHA-256 of each unpacked file."""
    (folder / "data").mkdir(parents=True)
    shutil.copy(REPOSITORY / "data/catalog.yaml", folder / "data")
    (folder / "data/embedded").symlink_to(REPOSITORY / "data/embedded")
    settings = (REPOSITORY / "params.yaml").read_text().replace("source: embedded", f"source: {source}", 1)
    (folder / "params.yaml").write_text(settings)
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "LITEMILL_CACHE": str(folder / "cache")}
    for name in names:
        command = [sys.executable, "-m", "stages.fetch", "--source", name]
        subprocess.run(command, cwd=folder, env=environment, check=True, timeout=TIME_LIMIT_S)
    unpacked = folder / "data/sources"
    found = (path for path in unpacked.rglob("*") if path.is_file() and path.name != "record.json")
    return {str(path.relative_to(unpacked)): files.sha256(path) for path in found}


@pytest.mark.slow
def test_a_mirror_over_http_gives_the_files_that_are_embedded(mirror: str, tmp_path: Path) -> None:
    names = ["deeplabv3_mnv2_dm05_pascal_trainval_2018_10_01", "magenta_mobile", "official_magenta_transfer_fp16"]
    embedded = fetched(tmp_path / "embedded", "embedded", names)
    assert len(embedded) > len(names)
    assert fetched(tmp_path / "mirrored", mirror, names) == embedded
