"""`python -m litemill zoo`, run as a user does."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from litemill.ground import io, project
from litemill.settings import reader
from litemill.settings.catalog import Catalog

ROOT = Path(__file__).parents[1]
DM05 = "deeplabv3_mnv2_dm05_pascal_trainval_2018_10_01"
OFFICIAL = "official_deeplabv3_257"
FP16 = "official_magenta_predict_fp16"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder with the repository's catalogue and embedded files, as fresh from git."""
    (tmp_path / "data").mkdir()
    shutil.copy(ROOT / "data/catalog.yaml", tmp_path / "data")
    (tmp_path / "data/embedded").symlink_to(ROOT / "data/embedded")
    return tmp_path


def zoo(checkout: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "LITEMILL_CACHE": str(checkout / "cache")}
    command = [sys.executable, "-m", "litemill", "zoo", *options]
    return subprocess.run(
        command, cwd=checkout, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def row(checkout: Path, name: str) -> str:
    """Return a source's line of the table."""
    done = zoo(checkout)
    assert (done.returncode, done.stderr) == (0, "")
    return next(line for line in done.stdout.splitlines() if line.split()[:1] == [name])


def presence(checkout: Path, name: str) -> dict[str, Any]:
    """Return what is told of a source as JSON."""
    done = zoo(checkout, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)[name]["presence"]
    return found


def download(checkout: Path, mirror: str, data: bytes, base: str = "upstream") -> Path:
    """Put a file where a download of it would lie."""
    file = checkout / "cache" / base / mirror
    file.parent.mkdir(parents=True)
    file.write_bytes(data)
    return file


def test_the_table_lists_every_source_once_and_the_json_too(checkout: Path) -> None:
    names = list(reader.read(ROOT / project.CATALOG, Catalog))
    done = zoo(checkout)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.split("\n\n")[0].splitlines()
    assert lines[0].split()[0] == "name"
    assert [line.split()[0] for line in lines[1:]] == names
    assert sorted(json.loads(zoo(checkout, "--json").stdout)) == sorted(names)


def test_a_line_tells_size_accuracy_licence_and_status(checkout: Path) -> None:
    line = row(checkout, DM05)
    for told in ("segmentation", "PASCAL VOC 2012", " 2.7 ", " 71.83 ", "test", "Apache-2.0", "embedded, rebuilt"):
        assert told in line
    assert row(checkout, OFFICIAL).split()[-2:] == ["embedded", "catalogue"]
    assert row(checkout, FP16).split()[-3:] == ["upstream", "first", "download"]
    whole = row(checkout, "deeplabv3_pascal_trainval_2018_01_04")
    assert "~460" in whole
    assert "test, many scales" in whole


def test_an_embedded_file_that_is_gone_is_not_listed_as_here(checkout: Path) -> None:
    (checkout / "data/embedded").unlink()
    assert "embedded" not in row(checkout, DM05)


def test_an_unpacked_source_is_at_hand(checkout: Path) -> None:
    assert presence(checkout, FP16)["places"] == []
    record = checkout / "data/sources" / FP16 / "record.json"
    record.parent.mkdir(parents=True)
    record.write_text("{}")
    assert presence(checkout, FP16)["places"] == ["at hand"]
    assert "  at hand  " in row(checkout, FP16)


@pytest.mark.parametrize("base", ["upstream", "0123456789abcdef"])
def test_a_download_counts_as_cached_only_if_it_is_the_known_file(base: str, checkout: Path) -> None:
    entry = reader.read(ROOT / project.CATALOG, Catalog)[OFFICIAL]
    data = (ROOT / "data/embedded" / entry.mirror).read_bytes()
    file = download(checkout, entry.mirror, data, base)
    assert presence(checkout, OFFICIAL)["places"] == ["embedded", "cached"]
    file.write_bytes(data[:-1])
    assert presence(checkout, OFFICIAL)["places"] == ["embedded"]


@pytest.mark.parametrize(("where", "proof"), [("upstream", "lock file"), ("mirror", "lock file (mirror)")])
def test_what_the_first_download_recorded_is_known_ever_after(where: str, proof: str, checkout: Path) -> None:
    entry = reader.read(ROOT / project.CATALOG, Catalog)[FP16]
    file = download(checkout, entry.mirror, b"first")
    assert presence(checkout, FP16) == {
        "places": [], "size_bytes": None, "exact": False, "proof": "first download", "pinned": {},
    }  # fmt: skip
    pin = {"sha256": io.sha256(file), "size_bytes": 5}
    (checkout / "data/sources.lock.json").write_text(json.dumps({where: {FP16: pin}}))
    assert presence(checkout, FP16) == {
        "places": ["cached"], "size_bytes": 5, "exact": True, "proof": proof, "pinned": {where: pin},
    }  # fmt: skip


def test_two_sources_of_one_address_are_told_apart(checkout: Path) -> None:
    entry = reader.read(ROOT / project.CATALOG, Catalog)["magenta_inception"]
    file = download(checkout, entry.mirror, b"the original")
    pin = {"sha256": io.sha256(file), "size_bytes": 12}
    (checkout / "data/sources.lock.json").write_text(json.dumps({"upstream": {"magenta_inception": pin}}))
    assert presence(checkout, "magenta_inception")["places"] == ["cached"]
    assert presence(checkout, "magenta_mobile")["places"] == ["embedded"]


def test_a_damaged_lock_file_is_an_error_in_one_line(checkout: Path) -> None:
    (checkout / "data/sources.lock.json").write_text("<<<<<<< HEAD")
    done = zoo(checkout)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("error: data/sources.lock.json: is no lock file of sources")


def test_a_missing_catalogue_is_an_error_in_one_line(tmp_path: Path) -> None:
    done = zoo(tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("error: data/catalog.yaml: no such file")


def test_nothing_heavy_is_imported(checkout: Path) -> None:
    code = (
        "import runpy, sys, atexit\n"
        "atexit.register(lambda: print('heavy:', {'tensorflow', 'pandas', 'requests', 'skimage'} & set(sys.modules)))\n"
        "sys.argv = ['litemill', 'zoo']\n"
        "runpy.run_module('litemill', run_name='__main__')\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=checkout, env=environment, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "heavy: set()", done.stderr
