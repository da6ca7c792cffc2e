"""The stage `phones` on fake phones through the real adb client: what it records, and what it leaves."""

import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from devices import tool_standin
from devices.adb_cable import Drop
from devices.adb_client import Adb
from devices.fake_adbd import FakePhone
from devices.workbench import ANSWER_BYTES, CPU, NETWORK, Workbench

pytestmark = pytest.mark.long
GPU = {"on": "gpu", "fp16": True}


@pytest.fixture
def bench(tmp_path: Path, adb: Adb, phone: FakePhone) -> Iterator[Workbench]:
    """A checkout with one target, the phone."""
    (tmp_path / "checkout").mkdir()
    made = Workbench(tmp_path / "checkout", adb)
    assert adb.run("connect", phone.serial).returncode == 0
    made.targets({"pixel": phone.serial})
    yield made
    adb.run("disconnect", phone.serial)


def clean(phone: FakePhone) -> bool:
    return phone.root.left() == [] and phone.root.processes() == {}


def test_figures_are_taken_once_and_nothing_is_left(bench: Workbench, phone: FakePhone) -> None:
    done = bench.run()
    assert done.returncode == 0, done.stderr
    figures = bench.figures("pixel")
    assert [(one.artifact, one.outcome) for one in figures] == [("fp32", "measured"), ("int8", "measured")]
    assert [one.median_ms for one in figures] == [pytest.approx(20, rel=0.02)] * 2
    assert len(figures[0].processes) == 2
    assert figures[0].handset.model == "Google Pixel 8"
    assert figures[0].processes[0].after.battery_c == 31.5
    assert "pixel: 6/6" in done.stderr
    assert clean(phone)
    assert not (bench.root / ".devices").exists()
    assert len(bench.started()) == len(set(bench.started())) == 6
    again_and_one_more(bench, phone)


def again_and_one_more(bench: Workbench, phone: FakePhone) -> None:
    """What is recorded is not measured again; a configuration that is added is measured alone."""
    before, started = bench.figures("pixel"), bench.started()
    assert bench.run().returncode == 0
    assert (bench.figures("pixel"), bench.started()) == (before, started)
    keys = bench.keys("pixel")
    bench.targets({"pixel": phone.serial}, [CPU, {"threads": 4, "cores": "big"}])
    assert bench.run().returncode == 0
    assert keys < bench.keys("pixel")
    assert len(bench.keys("pixel")) == 4
    assert len(bench.started()) == len(started) + 6


def test_a_delegate_that_took_a_part_is_a_result_of_its_own_kind(bench: Workbench, phone: FakePhone) -> None:
    bench.tool(gpu="partial")
    bench.only("int8")
    bench.targets({"pixel": phone.serial}, [CPU, GPU])
    assert bench.run().returncode == 0
    by_way = {one.configuration.on: one for one in bench.figures("pixel")}
    assert (by_way["gpu"].outcome, by_way["gpu"].delegation) == ("not_delegated", "partial")
    assert by_way["gpu"].reason == "GPU was asked for; partly delegated"
    assert by_way["cpu"].outcome == "measured"


FAILURES = {
    "kill": ({"TOOL_WRONG": "kill"}, "the system killed the tool (137)"),
    "crash": ({"TOOL_WRONG": "crash"}, "the tool crashed (139"),
    "library": ({"TOOL_WRONG": "library"}, "CANNOT LINK EXECUTABLE"),
    "invoke": ({"TOOL_WRONG": "invoke"}, "Failed to invoke"),
    "cut": ({"TOOL_WRONG": "cut"}, "no result"),
    "abi": ({"TOOL_ABI": "armeabi-v7a"}, "can't be executed there (126)"),
    "hang": ({"TOOL_WRONG": "hang"}, "took longer than the 1 s that it may"),
    "locked": ({}, "the folder allows no programs"),
}


@pytest.fixture
def failing(tmp_path: Path, adb: Adb) -> Iterator[dict[str, FakePhone]]:
    """A phone for each way in which the tool fails."""
    with ExitStack() as ends:
        found = {}
        for name, (env, _) in FAILURES.items():
            one = ends.enter_context(FakePhone(tmp_path / name, noexec=name == "locked"))
            one.root.env |= env
            adb.run("connect", one.serial)
            ends.callback(adb.run, "disconnect", one.serial)
            found[name] = one
        yield found


def test_a_tool_that_fails_or_hangs_gives_no_figure_but_the_reason(
    bench: Workbench, failing: dict[str, FakePhone]
) -> None:
    bench.only("int8")
    bench.targets({name: phone.serial for name, phone in failing.items()})
    bench.params["targets"]["hang"]["limit_s"] = 1
    bench.change()
    assert bench.run().returncode == 0
    for name, phone in failing.items():
        (figure,) = bench.figures(name)
        assert (figure.outcome, figure.median_ms) == ("failed", None)
        assert FAILURES[name][1] in figure.reason
        assert clean(phone)


def test_a_full_phone_is_said_and_left_clean(bench: Workbench, adb: Adb, tmp_path: Path) -> None:
    with FakePhone(tmp_path / "full", capacity=300_000) as full:
        adb.run("connect", full.serial)
        bench.targets({"pixel": full.serial})
        assert "no space left on the device" in bench.fails()
        assert clean(full)
        adb.run("disconnect", full.serial)


def test_a_pushed_file_is_known_by_its_content(bench: Workbench, phone: FakePhone) -> None:
    # a file of the same size and name, left by somebody else, is not taken for ours
    sha256 = bench.root / "models" / NETWORK / "fp32.tflite"
    phone.drops.append(Drop("shell", matching="nohup", after=0, skip=0, away=None))
    process = bench.start()
    wait_for(lambda: not phone.drops)
    (file,) = [path for path in phone.root.inside("/data/local/tmp").rglob("*") if is_copy(path, sha256)]
    file.write_bytes(bytes(file.stat().st_size))
    phone.plug()
    process.communicate(timeout=240)
    assert process.returncode == 0
    assert {one.outcome for one in bench.figures("pixel")} == {"measured"}


def is_copy(path: Path, of: Path) -> bool:
    return path.is_file() and path.stat().st_size == of.stat().st_size


def wait_for(what: Callable[[], object], limit_s: float = 60) -> None:
    deadline = time.monotonic() + limit_s
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_cable_that_is_pulled_anywhere_costs_nothing(bench: Workbench, phone: FakePhone) -> None:
    phone.drops.extend(
        [
            Drop("push", after=65536),
            Drop("shell", matching="nohup", after=0),
            Drop("shell", matching="nohup", after=0, skip=2, away=1.0),
            Drop("shell", matching="head -c", after=40),
            Drop("shell", matching="rm -rf", after=0, skip=3),
        ]
    )
    assert bench.run().returncode == 0
    assert phone.drops == []
    assert {one.outcome for one in bench.figures("pixel")} == {"measured"}
    assert len(bench.started()) == len(set(bench.started())) == 6
    assert clean(phone)


def test_a_restart_of_the_phone_costs_the_process_that_ran(bench: Workbench, phone: FakePhone) -> None:
    bench.tool(tenths=30)
    bench.only("int8")
    process = bench.start()
    wait_for(bench.started)
    phone.reboot()
    _, complained = process.communicate(timeout=240)
    assert process.returncode == 0, complained
    assert [one.outcome for one in bench.figures("pixel")] == ["measured"]
    assert len(bench.started()) == 4
    assert clean(phone)


def test_a_phone_that_is_another_one_after_a_push_is_refused_and_loses_nothing(
    bench: Workbench, phone: FakePhone
) -> None:
    props = phone.host("/props")
    known = props.read_text()
    bench.tool(tenths=10)
    process = bench.start()
    wait_for(lambda: len(bench.started()) == 2)
    props.write_text(known.replace("Pixel 8", "Pixel 9"))
    phone.drops.append(Drop("shell", after=0))
    _, complained = process.communicate(timeout=240)
    assert process.returncode == 1
    assert f"error: {phone.serial}: is another phone now: expected" in complained
    assert "Pixel 9" in complained
    assert "Traceback" not in complained
    props.write_text(known)
    assert bench.run().returncode == 0
    assert {one.outcome for one in bench.figures("pixel")} == {"measured"}
    assert clean(phone)


def test_ctrl_c_leaves_the_phone_clean_and_loses_nothing(bench: Workbench, phone: FakePhone) -> None:
    bench.tool(tenths=10)
    process = bench.start()
    wait_for(lambda: len(bench.started()) == 4)
    process.send_signal(signal.SIGINT)
    _, complained = process.communicate(timeout=240)
    assert process.returncode == 130, complained
    assert clean(phone)
    assert bench.run().returncode == 0
    assert len(bench.started()) <= 7
    assert len(bench.keys("pixel")) == 2


def test_a_wrong_answer_is_a_failure_however_fast(bench: Workbench, phone: FakePhone, tmp_path: Path) -> None:
    # the made-up original says 0.5 everywhere
    least = {"tolerance": {"psnr_db": 30}}
    for value, outcome in ((0.5, "measured"), (0.9, "wrong")):
        answer = tmp_path / f"{value}"
        answer.write_bytes(np.full(ANSWER_BYTES // 4, value, np.float32).tobytes())
        bench.tool(answer=answer)
        bench.only("fp32")
        bench.targets({"pixel": phone.serial}, [CPU | least], processes=1 if outcome == "wrong" else 2)
        assert bench.run().returncode == 0
        (figure,) = (one for one in bench.figures("pixel") if one.artifact == "fp32")
        assert figure.outcome == outcome
        assert ("psnr_db" in figure.reason) == (outcome == "wrong")
        assert figure.accuracy["psnr_db"] > 0


def test_names_with_quotes_and_commands_in_them_are_only_names(
    bench: Workbench, phone: FakePhone, tmp_path: Path
) -> None:
    hostile = "--external_delegate_path=/x'; touch /data/local/tmp/owned; echo \"$(touch /data/local/tmp/owned) `id`"
    folder = tmp_path / "it's; touch owned $(touch owned)"
    folder.mkdir()
    tool = tool_standin.write(folder / "a 'tool'; touch owned", latency_us=9000)
    bench.change(tool={"arm64-v8a": {"file": str(tool)}})
    bench.only("int8")
    bench.targets({"pixel": phone.serial}, [CPU | {"flags": [hostile]}])
    assert bench.run().returncode == 0
    (figure, *_) = bench.figures("pixel")
    assert figure.outcome == "measured"
    assert figure.configuration.flags == (hostile,)
    assert clean(phone)
    assert list(tmp_path.rglob("owned")) == []


def test_the_host_is_a_target_by_the_same_tool(bench: Workbench) -> None:
    bench.tool("linux_x86-64")
    bench.change(targets={"here": {"host": True, "configurations": [CPU], "processes": 2, "pause_s": 0}})
    assert bench.run().returncode == 0
    figures = bench.figures("here")
    assert [one.outcome for one in figures] == ["measured", "measured"]
    assert figures[0].handset.abi == "linux_x86-64"


def test_without_a_phone_it_passes_and_the_figures_stay(bench: Workbench, phone: FakePhone, adb: Adb) -> None:
    bench.only("int8")
    assert bench.run().returncode == 0
    before = bench.figures("pixel")
    phone.unplug()
    adb.run("disconnect", phone.serial)
    shutil.copy(bench.root / "models/painter/fp32.tflite", bench.root / "data/other.tflite")
    bench.targets({"pixel": phone.serial}, runs=7)
    done = bench.run()
    assert done.returncode == 0
    assert "missing: 1 on pixel" in done.stdout
    assert "pixel: not attached" in done.stderr
    assert bench.figures("pixel") == before


def test_one_phone_that_fails_stops_no_other(bench: Workbench, phone: FakePhone, adb: Adb, tmp_path: Path) -> None:
    with FakePhone(tmp_path / "small", capacity=300_000) as small:
        adb.run("connect", small.serial)
        bench.targets({"small": small.serial, "pixel": phone.serial})
        assert "small" in bench.fails() or bench.figures("pixel")
        assert {one.outcome for one in bench.figures("pixel")} == {"measured"}
        assert clean(phone)
        assert clean(small)
        adb.run("disconnect", small.serial)
