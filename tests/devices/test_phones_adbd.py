"""The stage `phones` on Debian's real adbd: what holds on fake phones holds there."""

import time
from pathlib import Path

import pytest

from devices.real_adbd import RealAdbd
from devices.workbench import LIMIT, Workbench

pytestmark = pytest.mark.device


@pytest.fixture
def bench(tmp_path: Path, real: RealAdbd) -> Workbench:
    """A checkout with one target, the real adbd."""
    (tmp_path / "checkout").mkdir()
    made = Workbench(tmp_path / "checkout", real.adb)
    assert real.adb.run("connect", real.serial).returncode == 0
    made.targets({"debian": real.serial}, folder=real.tmp)
    return made


def clean(real: RealAdbd) -> bool:
    return real.root.left() == [] and real.processes() == {}


def test_figures_are_taken_and_nothing_is_left(bench: Workbench, real: RealAdbd) -> None:
    done = bench.run()
    assert done.returncode == 0, done.stderr
    assert [(one.artifact, one.outcome) for one in bench.figures("debian")] == [
        ("fp32", "measured"),
        ("int8", "measured"),
    ]
    assert [one.median_ms for one in bench.figures("debian")] == [pytest.approx(20, rel=0.02)] * 2
    assert clean(real)


def test_a_cut_in_the_middle_loses_nothing_and_repeats_nothing(bench: Workbench, real: RealAdbd) -> None:
    bench.tool(tenths=20)
    with bench.start() as running:
        ended = time.monotonic() + LIMIT
        for count in (1, 3):
            while len(bench.started()) < count:
                assert running.poll() is None
                assert time.monotonic() < ended
                time.sleep(0.05)
            real.unplug()
            real.plug()
        said = running.communicate(timeout=LIMIT)
    assert running.returncode == 0, said
    assert {one.outcome for one in bench.figures("debian")} == {"measured"}
    assert len(bench.started()) == len(set(bench.started())) == 6
    assert clean(real)
