"""The fetch stage, run as a user does."""

import os
import subprocess
import sys
from pathlib import Path

import planned
import pytest
import yaml

from litemill.ground import io
from litemill.records import store
from litemill.records.source import Fetched

ROOT = Path(__file__).parents[1]
NAME = "deeplab"
ARCHIVE = ROOT / "data/embedded/models/deeplabv3_mnv2_dm05_pascal_trainval_2018_10_01.tar.gz"
PICTURES = {"calibration": ["a.png"], "evaluation": ["b.png"]}
PARAMS = {
    "source": "embedded",
    "fetch": [NAME],
    "networks": {},
    "recipes": {},
    "images": dict.fromkeys(("segmentation", "content", "style"), PICTURES),
    "benchmark": {"threads": [1], "rounds": 1, "rewriting_rounds": 1, "warmup": 1},
}


@pytest.fixture
def embedded(tmp_path: Path) -> Path:
    """The embedded archive of a checkout with one source, good at first."""
    planned.write(tmp_path, PARAMS)
    file = tmp_path / "data/embedded/models/deeplab.tar.gz"
    file.parent.mkdir(parents=True)
    file.write_bytes(ARCHIVE.read_bytes())
    catalogue(tmp_path, file)
    return file


def catalogue(checkout: Path, file: Path) -> None:
    """Write a catalogue that knows `file` as it is."""
    entry = {
        "kind": "frozen_graph",
        "url": "https://example.org/deeplab.tar.gz",
        "mirror": "models/deeplab.tar.gz",
        "licence": "Apache-2.0",
        "task": "segmentation",
        "embedded": {"sha256": io.sha256(file), "size_bytes": file.stat().st_size, "rebuilt": True},
    }
    (checkout / "data/catalog.yaml").write_text(yaml.safe_dump({NAME: entry}), encoding="utf-8")


def fetch(checkout: Path, source: str = NAME) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "stages.fetch", "--source", source]
    return subprocess.run(
        command, cwd=checkout, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def outputs(checkout: Path) -> dict[str, bytes]:
    """Return every file that the stage may write."""
    folders = (checkout / "data/sources", checkout / "reports")
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


def refused(checkout: Path, source: str = NAME) -> str:
    """Run the stage, see that it fails as it should and changes nothing, and give its message."""
    before = outputs(checkout)
    done = fetch(checkout, source)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("error: ")
    assert outputs(checkout) == before
    return done.stderr


def test_a_good_archive_is_unpacked_and_recorded_the_same_each_time(embedded: Path, tmp_path: Path) -> None:
    done = fetch(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"deeplab: {embedded.stat().st_size} bytes, embedded, rebuilt, not upstream's file\n"
    record = store.load(tmp_path / "data/sources/deeplab/record.json", Fetched)
    graph = tmp_path / "data/sources/deeplab/frozen_inference_graph.pb"
    assert record.files == {"frozen_inference_graph.pb": io.sha256(graph)}
    assert (record.origin, record.rebuilt, record.sha256) == ("embedded", True, io.sha256(embedded))
    first = outputs(tmp_path)
    assert fetch(tmp_path).returncode == 0
    assert outputs(tmp_path) == first


def test_a_truncated_archive_is_refused(embedded: Path, tmp_path: Path) -> None:
    assert fetch(tmp_path).returncode == 0
    size = embedded.stat().st_size
    embedded.write_bytes(embedded.read_bytes()[: size // 2])
    assert f"deeplab: another file than the known one: expected {size} bytes, got {size // 2}" in refused(tmp_path)
    catalogue(tmp_path, embedded)  # even if the catalogue believes it
    assert "deeplab: cut short or damaged: expected a whole gzip file" in refused(tmp_path)


def test_a_wrong_hash_is_refused_and_both_are_shown(embedded: Path, tmp_path: Path) -> None:
    known = io.sha256(embedded)
    data = bytearray(embedded.read_bytes())
    data[-1] ^= 1
    embedded.write_bytes(data)
    message = refused(tmp_path)
    assert f"expected SHA-256 {known}, got {io.sha256(embedded)}" in message


def test_an_unknown_source_is_named_with_the_nearest_one(embedded: Path, tmp_path: Path) -> None:
    assert embedded.is_file()
    assert "unknown source 'deeplap' -> did you mean 'deeplab'?" in refused(tmp_path, "deeplap")


def test_a_missing_archive_is_named(embedded: Path, tmp_path: Path) -> None:
    embedded.unlink()
    assert "deeplab: no file data/embedded/models/deeplab.tar.gz" in refused(tmp_path)
