"""The program that rebuilt archives of data/embedded, run as its users run it."""

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EMBEDDED = ROOT / "data" / "embedded"
OFFICIAL = EMBEDDED / "lite-models/tensorflow/lite-model/deeplabv3/1/metadata/2.tflite"
MAGENTA = EMBEDDED / "lite-models/google/lite-model/magenta/arbitrary-image-stylization-v1-256"
DM05 = EMBEDDED / "models/deeplabv3_mnv2_dm05_pascal_trainval_2018_10_01.tar.gz"
FOLDER = "deeplabv3_mnv2_dm05_pascal_trainval"


def rebuild(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "tools/rebuild_upstream.py", *map(str, arguments)],
        cwd=ROOT, check=False, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def graph_in(archive: Path) -> bytes:
    with tarfile.open(archive) as tar:
        member = tar.extractfile(f"{FOLDER}/frozen_inference_graph.pb")
        assert member is not None
        return member.read()


@pytest.mark.long
def test_the_embedded_dm05_graph_is_rebuilt_byte_for_byte(tmp_path: Path) -> None:
    archive = tmp_path / "dm05.tar.gz"
    done = rebuild("deeplab", OFFICIAL, archive, FOLDER, "--crop", "513", "513", "--batch-norm")
    assert done.returncode == 0, done.stderr
    assert graph_in(archive) == graph_in(DM05)


def check_refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    for word in words:
        assert word in done.stderr


def test_a_cut_file_is_refused_in_one_line(tmp_path: Path) -> None:
    cut = tmp_path / "cut.tflite"
    cut.write_bytes(OFFICIAL.read_bytes()[:100_000])
    check_refused(rebuild("deeplab", cut, tmp_path / "out.tar.gz", FOLDER), "cut.tflite", "cut short")
    assert list(tmp_path.iterdir()) == [cut]


def test_a_file_of_another_kind_is_refused_in_one_line(tmp_path: Path) -> None:
    check_refused(rebuild("deeplab", DM05, tmp_path / "out.tar.gz", FOLDER), DM05.name, "is no TFLite file")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_named_in_one_line(tmp_path: Path) -> None:
    missing = tmp_path / "none.tflite"
    check_refused(rebuild("magenta", missing, OFFICIAL, tmp_path / "out"), "none.tflite", "No such file")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.long
def test_a_network_that_gives_no_bottleneck_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    done = rebuild("magenta", OFFICIAL, MAGENTA / "fp16/transfer/1.tflite", tmp_path / "out")
    assert done.returncode == 1
    assert "is not its predict network: expected (1, 1, 1, 100)" in done.stderr.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("side", ["0", "-513", "wide"])
def test_a_crop_that_is_no_size_is_refused(tmp_path: Path, side: str) -> None:
    done = rebuild("deeplab", OFFICIAL, tmp_path / "out.tar.gz", FOLDER, "--crop", "513", side)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
