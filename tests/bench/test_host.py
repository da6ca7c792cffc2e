"""Runs on this host, each in a process of its own, of the official files in data/embedded."""

from pathlib import Path

import pytest

from litemill.bench import host
from litemill.bench.host import Job, Turn
from litemill.ground.errors import ArtifactError

ROOT = Path(__file__).parents[2]
MAGENTA = ROOT / "data/embedded/lite-models/google/lite-model/magenta/arbitrary-image-stylization-v1-256"
PREDICT = str(MAGENTA / "int8/prediction/1.tflite")
TRANSFER = str(MAGENTA / "int8/transfer/1.tflite")
ONCE = Turn(threads=1, rounds=1)


@pytest.fixture(autouse=True)
def root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_each_file_is_timed_as_often_as_asked() -> None:
    found = host.measure(Job((PREDICT, TRANSFER), (Turn(1, 3, warmup=1), Turn(2, 2, warmup=1))))
    assert [[len(times) for times in turn] for turn in found.times_ms] == [[3, 3], [2, 2]]
    assert min(min(times) for turn in found.times_ms for times in turn) > 0
    assert len(found.init_ms) == 2
    assert min(found.init_ms) > 0


def test_memory_is_what_the_file_adds_to_the_process() -> None:
    small, large = (host.measure(Job(paths, (ONCE,))).peak_memory_mb for paths in ((PREDICT,), (PREDICT, TRANSFER)))
    assert 0 < small < large


@pytest.mark.parametrize("data", [b"", b"no model", Path(PREDICT).read_bytes()[:100_000]])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.tflite"
    path.write_bytes(data)
    with pytest.raises(ArtifactError) as caught:
        host.measure(Job((str(path),), (ONCE,)))
    message = str(caught.value)
    assert "a.tflite: can't be timed" in message
    assert "Traceback" not in message
    assert "can't be loaded" in message


def test_the_file_that_fails_is_named_among_others(tmp_path: Path) -> None:
    path = tmp_path / "a.tflite"
    path.write_bytes(b"")
    jobs = [Job((one,), (ONCE,)) for one in (PREDICT, str(path), PREDICT)]
    with pytest.raises(ArtifactError, match=r"/a\.tflite: can't be timed"):
        host.measure_in_turn(jobs)


def test_what_ends_without_a_word_is_told_by_its_status(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "python").write_text("#!/bin/sh\nkill -SEGV $$\n")
    (tmp_path / "python").chmod(0o755)
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(ArtifactError, match="can't be timed: got exit status -11"):
        host.measure(Job((PREDICT,), (ONCE,)))


def test_what_takes_too_long_is_stopped_and_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "python").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "python").chmod(0o755)
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setattr(host, "TIME_LIMIT_S", 0.2)
    monkeypatch.setattr(host, "START_LIMIT_S", 0.2)
    with pytest.raises(ArtifactError, match=r"too slow to be timed: expected 0\.2 s at most"):
        host.measure(Job((PREDICT,), (ONCE,)))


def test_the_peak_of_memory_is_at_least_what_is_held() -> None:
    assert host.resident_mb("VmHWM") >= host.resident_mb("VmRSS") >= 0
    assert host.resident_mb("VmNone") == 0
