"""Two records of a device compared: a word and an interval, never a bare percentage."""

from pathlib import Path

import pytest

from litemill.commands.compare_records import compare_records
from litemill.ground.errors import RecordError
from litemill.records import store
from litemill.records.device import Condition, Device, DeviceRecord, Figure, Outcome, Process
from litemill.settings.devices import Configuration

PHONE = Device("Pixel 8", "", "arm64-v8a", "14", "")


def record(path: Path, medians: list[float], outcome: Outcome = "measured", phone: Device = PHONE) -> str:
    processes = tuple(Process(place, one, None, 50, None, None, None, Condition()) for place, one in enumerate(medians))
    figure = Figure(
        "k" * 16, "int8", "a" * 64, Configuration(), outcome, phone, "b" * 64, 1, median_ms=sorted(medians)[1],
        processes=processes,
    )  # fmt: skip
    store.save(path, DeviceRecord("pixel", "net", (figure,)))
    return str(path)


def test_what_the_interval_shows_is_said(tmp_path: Path) -> None:
    first = record(tmp_path / "first", [10.0, 10.1, 9.9])
    assert "faster" in compare_records(first, record(tmp_path / "less", [8.0, 8.1, 7.9]))
    assert "slower" in compare_records(first, record(tmp_path / "more", [12.0, 12.1, 11.9]))
    said = compare_records(first, record(tmp_path / "same", [10.05, 9.95, 10.1]))
    assert "no difference shown" in said
    assert " to " in said
    assert "%" not in said


def test_what_is_no_figure_or_of_another_device_is_not_compared(tmp_path: Path) -> None:
    first = record(tmp_path / "first", [10.0, 10.1, 9.9])
    assert "not delegated after" in compare_records(
        first, record(tmp_path / "second", [5.0, 5.1, 4.9], "not_delegated")
    )
    other = Device("Pixel 4", "", "arm64-v8a", "13", "")
    elsewhere = record(tmp_path / "third", [5.0, 5.1, 4.9], phone=other)
    assert "another device" in compare_records(first, elsewhere)


def test_records_with_nothing_in_common_are_refused(tmp_path: Path) -> None:
    store.save(tmp_path / "empty", DeviceRecord("pixel", "net", ()))
    with pytest.raises(RecordError, match="have no file and configuration in common"):
        compare_records(record(tmp_path / "first", [1.0, 2.0, 3.0]), str(tmp_path / "empty"))
