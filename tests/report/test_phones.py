"""Figures of devices in the report: side by side, and never of another file than today's unmarked."""

from pathlib import Path

import msgspec
import pytest
import yaml

from litemill.analysis import results
from litemill.analysis.results import Results
from litemill.ground import project
from litemill.records import store
from litemill.records.device import Device, DeviceRecord, Figure
from litemill.report import devices, markdown, page
from litemill.report.devices import by_target
from litemill.settings import params
from litemill.settings.devices import Configuration
from litemill.settings.params import Params

PHONE = Device("Google Pixel 8", "Tensor G3", "arm64-v8a", "14", "fingerprint")
GPU = Configuration(on="gpu")


def joined() -> Results:
    return results.load(params.load())


def figure(read: Params, target: str, way: Configuration, **fields: object) -> Figure:
    sha256 = store.artifacts("birds")["fp32"].sha256
    key = read.targets[target].key(way, ("birds", "fp32", sha256), read.tool)
    plain = Figure(key, "fp32", sha256, way, "measured", PHONE, "e" * 64, 7)
    return msgspec.structs.replace(plain, **({"median_ms": 12.345, "low_ms": 12.1, "high_ms": 12.6} | fields))


@pytest.fixture
def read(checkout: Path) -> Params:
    ways = [{"threads": 1}, {"on": "gpu"}]
    said = yaml.safe_load(project.PARAMS.read_text())
    by_target = {name: {"serial": name, "configurations": ways} for name in ("pixel", "other")}
    project.PARAMS.write_text(yaml.safe_dump(said | {"targets": by_target}, sort_keys=False))
    assert checkout == Path.cwd()
    return params.load()


def save(target: str, *figures: Figure) -> None:
    store.save(project.phoned(target, "birds"), DeviceRecord(target, "birds", figures))


def row(way: str) -> tuple[str, ...]:
    table = devices.table(joined(), joined().sections[0])
    assert table is not None
    (found,) = (one.cells for one in table.rows if one.cells[:2] == ("fp32", way))
    return found[2:]


def test_figures_of_several_devices_stand_side_by_side(read: Params) -> None:
    save("pixel", figure(read, "pixel", Configuration()))
    save("other", figure(read, "other", Configuration(), median_ms=30.0, low_ms=28.0, high_ms=33.0, spread=0.09))
    assert row("cpu x1") == ("12.3 (12.1 to 12.6)", "~30.0 (28.0 to 33.0)")
    text = markdown.render(joined(), [])
    assert "| Google Pixel 8 |" in text
    assert "stale:" not in text


def test_a_figure_of_another_file_is_stale(read: Params) -> None:
    save("pixel", figure(read, "pixel", Configuration(), key="0" * 16, sha256="f" * 64))
    assert row("cpu x1") == ("stale: 12.3 (12.1 to 12.6)", "-")


def test_a_figure_that_another_setting_took_is_stale(read: Params) -> None:
    save("pixel", figure(read, "pixel", Configuration()))
    said = yaml.safe_load(project.PARAMS.read_text())
    said["targets"]["pixel"]["runs"] = 7
    project.PARAMS.write_text(yaml.safe_dump(said, sort_keys=False))
    assert row("cpu x1")[0].startswith("stale: ")


def test_what_is_no_plain_figure_says_so(read: Params) -> None:
    save(
        "pixel",
        figure(read, "pixel", Configuration(), throttled=True, drift=0.08),
        figure(read, "pixel", GPU, outcome="not_delegated", delegation="partial", reason="GPU was asked for"),
    )
    save(
        "other",
        figure(read, "other", Configuration(), outcome="failed", median_ms=None, reason="it crashed | badly"),
        figure(read, "other", GPU, outcome="wrong", reason="psnr_db 3 is below 30"),
    )
    assert row("cpu x1") == ("12.3 (12.1 to 12.6), throttled (+8 %)", "failed")
    assert row("gpu") == ("GPU partly: 12.3 (12.1 to 12.6)", "wrong output: 12.3 (12.1 to 12.6)")
    text = markdown.render(joined(), [])
    assert "- it crashed \\| badly (other, birds fp32, cpu x1)" in text
    assert "- GPU was asked for (pixel, birds fp32, gpu)" in text


def test_without_figures_the_report_is_what_it_was(checkout: Path) -> None:
    assert checkout == Path.cwd()
    assert "evices" not in markdown.render(joined(), [])


def test_a_device_is_a_target_beside_the_host(read: Params) -> None:
    save("pixel", figure(read, "pixel", Configuration(), spread=0.09, throttled=True))
    found = {target.name: target for target in by_target(joined(), joined().sections[0])}
    assert list(found) == ["host, 1 thread", "host, 2 threads", "pixel, cpu x1"]
    time = found["pixel, cpu x1"].times["fp32"]
    assert (time.low_ms, time.median_ms, time.high_ms) == (12.1, 12.345, 12.6)
    assert (time.text, time.note) == ("~12.3", "12.1 to 12.6, throttled")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"key": "0" * 16}, "stale: 12.3 (12.1 to 12.6)"),
        ({"outcome": "failed", "median_ms": None}, "failed"),
        ({"outcome": "wrong"}, "wrong output: 12.3 (12.1 to 12.6)"),
    ],
)
def test_what_is_no_figure_of_today_is_told_in_words_and_never_drawn(
    read: Params, fields: dict[str, object], said: str
) -> None:
    save("pixel", figure(read, "pixel", Configuration(), **fields))
    target = by_target(joined(), joined().sections[0])[-1]
    assert (target.times, target.failed) == ({}, {"fp32": said})


def test_the_page_shows_a_device_in_its_tables_and_where_figures_are_from(read: Params) -> None:
    save("pixel", figure(read, "pixel", Configuration()), figure(read, "pixel", GPU, outcome="failed", median_ms=None))
    text = page.render(joined(), {})
    assert "<b>pixel, cpu x1</b><small>median, ms</small>" in text
    assert 'data-value="12.345">12.3<small>12.1 to 12.6</small>' in text
    assert '<td class="number">failed</td>' in text
    assert "Google Pixel 8" in text
    assert "No phone was measured" not in text
