"""Records: typed, rounded, sorted, tied to files by their hash."""

import hashlib
import math
from pathlib import Path

import pytest

from litemill.ground import project
from litemill.ground.errors import LitemillError, RecordError
from litemill.records import store
from litemill.records.accuracy import Failure, Gate, Judged, Validated, Verdict
from litemill.records.artifact import Converted
from litemill.records.base import Tensor
from litemill.records.cost import Latency

LATENCY = Latency(2, 1.23456789, 123456789.0, 0.000012345678)
JUDGED = Judged("int8", "ab" * 32, 7, {"psnr_db": 30.0, "label_agreement": 0.5}, {"b.png": {}, "a.png": {}})


def test_a_record_has_sorted_keys_six_digits_and_a_line_break_at_its_end() -> None:
    text = store.encode(LATENCY).decode()
    assert text == (
        '{\n  "median_ms": 1.23457,\n  "p95_ms": 123457000.0,\n  "spread": 0.0000123457,\n  "threads": 2\n}\n'
    )
    nested = store.encode(JUDGED).decode()
    assert nested.index("a.png") < nested.index("b.png")
    assert nested.index("label_agreement") < nested.index("psnr_db")


def test_the_same_record_gives_the_same_bytes_in_whatever_order_it_was_made() -> None:
    other = Judged("int8", "ab" * 32, 7, {"label_agreement": 0.5, "psnr_db": 30.0}, {"a.png": {}, "b.png": {}})
    assert store.encode(other) == store.encode(JUDGED)
    assert store.encode({"b": 1, "a": 0.1 + 0.2}) == b'{\n  "a": 0.3,\n  "b": 1\n}\n'


def test_whole_numbers_are_not_rounded() -> None:
    assert b"123456789" in store.encode({"size_bytes": 123456789})


def test_a_record_comes_back_as_it_was_saved_and_is_saved_again_the_same(tmp_path: Path) -> None:
    path = tmp_path / "folder/gate.json"
    gate = Gate((Verdict("net", "int8", "ab" * 32, (Failure("psnr_db", 20.5, 22.0),)), Verdict("net", "fp32", "c")))
    store.save(path, gate)
    first = path.read_bytes()
    assert store.load(path, Gate) == gate
    store.save(path, store.load(path, Gate))
    assert path.read_bytes() == first


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_is_refused_and_nothing_is_written(tmp_path: Path, value: float) -> None:
    path = tmp_path / "a.json"
    record = Validated("net", "0" * 64, (Judged("int8", "ab", 1, {"psnr_db": value}, {}),))
    with pytest.raises(
        RecordError, match=r"Validated\.artifacts\.metrics\.psnr_db: not a finite number: got (nan|-?inf)"
    ):
        store.save(path, record)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'{"threads": 1, "median_ms": 1, "p95_ms": 1, "spread": 1, "more": 1}', "unknown field `more`"),
        (b'{"threads": 1, "median_ms": 1, "p95_ms": 1}', "missing required field `spread`"),
        (b'{"threads": "1", "median_ms": 1, "p95_ms": 1, "spread": 1}', "Expected `int`, got `str`"),
        (b'{"threads": 1, "median_ms": NaN, "p95_ms": 1, "spread": 1}', "malformed"),
        (b'{"threads": 1', "truncated"),
        (b"", "truncated"),
        (b'{"\xff": 1}', "utf-8"),
        (b"[]", "Expected `object`"),
    ],
)
def test_what_is_no_such_record_is_refused(tmp_path: Path, text: bytes, said: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(text)
    with pytest.raises(RecordError) as caught:
        store.load(path, Latency)
    message = str(caught.value)
    assert "a.json: is no Latency record" in message
    assert said in message
    assert message.endswith("remove it, then run: dvc repro")


def test_a_missing_record_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"absent\.json: no such record -> run: dvc repro"):
        store.load(tmp_path / "absent.json", Latency)
    with pytest.raises(LitemillError, match="can be read"):
        store.load(tmp_path, Latency)


def test_a_record_of_another_file_is_an_error(tmp_path: Path) -> None:
    file, record = tmp_path / "a.tflite", tmp_path / "a.json"
    file.write_bytes(b"one")
    known = hashlib.sha256(b"one").hexdigest()
    store.check(record, known, file)
    file.write_bytes(b"two")
    with pytest.raises(RecordError, match=f"a.json: describes another .*a.tflite: expected {known[:12]}, got"):
        store.check(record, known, file)
    file.unlink()
    with pytest.raises(RecordError, match="got no file"):
        store.check(record, known, file)


def artifact(name: str, data: bytes) -> None:
    path = project.artifact("net", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    record = Converted("net", name, "none", hashlib.sha256(data).hexdigest(), len(data), (
        Tensor("image", "image", (1, 2, 2, 3), "float32"),))  # fmt: skip
    store.save(project.record("convert", "net", name), record)


def test_artifacts_are_those_that_were_built_each_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert store.artifacts("net") == {}
    artifact("int8", b"one")
    artifact("fp32", b"two")
    assert list(store.artifacts("net")) == ["fp32", "int8"]
    project.artifact("net", "int8").write_bytes(b"three")
    with pytest.raises(RecordError, match=r"int8\.json: describes another models/net/int8\.tflite"):
        store.artifacts("net")
