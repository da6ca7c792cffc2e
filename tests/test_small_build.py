"""The build of two small networks, as a user runs it: what runs again, what does not, and what goes wrong."""

import shutil
from pathlib import Path

import pytest
import small_build
from clones import Clone, ran

pytestmark = pytest.mark.build
ARCHIVE = "data/embedded/tfhub-modules/google/magenta/arbitrary-image-stylization-v1-256/2.tar.gz"


@pytest.fixture
def clone(small: Clone, tmp_path: Path) -> Clone:
    """A copy of what is built, of the test's own."""
    return small_build.copy(small, tmp_path / "clone")


@pytest.fixture
def fresh(tmp_path: Path) -> Clone:
    """A copy in which nothing is built."""
    return small_build.fresh(tmp_path)


def failed(clone: Clone, *targets: str) -> str:
    """Build, see that it fails in one line that a stage says, and give it."""
    done = clone.repro(*targets)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(said) == 1
    return said[0]


def test_a_network_is_built_with_its_recipes_and_no_others(small: Clone) -> None:
    sizes = {name: len(data) for name, data in small.outputs().items() if name.startswith("models/")}
    shipped = {name: sizes.pop(name) for name in list(sizes) if name.startswith("models/recommended/")}
    assert set(sizes) == {"models/painting/fp32.tflite", "models/painting/int8.tflite", "models/sketch/fp32.tflite"}
    assert sizes["models/painting/int8.tflite"] < sizes["models/painting/fp32.tflite"] / 3
    assert shipped["models/recommended/cpu/sketch.tflite"] == sizes["models/sketch/fp32.tflite"]
    assert shipped["models/recommended/gpu/sketch.tflite"] == 0  # nothing here is float16
    report = (small.root / "reports/report.md").read_text()
    assert "3 artifacts" in report


def test_nothing_half_written_lies_about(small: Clone) -> None:
    assert [name for name in small.outputs() if any(part.startswith(".") for part in Path(name).parts)] == []


def test_a_second_build_runs_nothing(clone: Clone) -> None:
    before = clone.outputs()
    done = clone.repro()
    assert (done.returncode, ran(done)) == (0, set())
    assert clone.outputs() == before


def test_a_recipes_setting_runs_its_conversion_and_what_follows_and_nothing_else(clone: Clone) -> None:
    params = clone.params
    params["recipes"]["int8"]["calibration_samples"] = 1
    clone.set(params)
    before = clone.outputs()
    done = clone.repro()
    assert done.returncode == 0
    assert ran(done) == {
        "plan", "painting/convert@int8", "painting/validate", "painting/benchmark", "painting/recommend",
        "gallery", "gate", "report",
    }  # fmt: skip
    after = clone.outputs()
    assert {name for name in after if after[name] != before[name] if name.startswith("models/painting")} == {
        "models/painting/int8.tflite"
    }


def test_a_tolerance_runs_what_judges_and_nothing_that_converts(clone: Clone) -> None:
    params = clone.params
    params["recipes"]["fp32"]["tolerance"]["bottleneck_cosine"] = 0.5
    clone.set(params)
    done = clone.repro()
    assert done.returncode == 0
    assert ran(done) == {"plan", "painting/recommend", "sketch/recommend", "gate", "report"}


def test_one_network_is_built_by_itself(fresh: Clone) -> None:
    assert fresh.repro("baselines").returncode == 0
    alone = "--single-item", "./pipelines/sketch/dvc.yaml"
    done = fresh.repro(*alone)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {"sketch/freeze", "sketch/convert@fp32", "sketch/validate", "sketch/recommend"} <= ran(done)
    assert not {name for name in ran(done) if name.startswith("painting/")}
    for targets in (alone, ("sketch/recommend",)):
        done = fresh.repro(*targets)
        assert (done.returncode, ran(done)) == (0, set())


@pytest.mark.long
def test_a_build_in_slices_leaves_what_a_build_in_one_piece_does(small: Clone, fresh: Clone) -> None:
    done = fresh.slices(most=6)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {"plan", "painting/convert@fp32", "sketch/recommend", "gate", "report"} <= ran(done)
    whole = fresh.repro()
    assert (whole.returncode, ran(whole)) == (0, set())
    models = [
        {name: one for name, one in made.outputs().items() if name.startswith("models/")} for made in (small, fresh)
    ]
    assert {name: models[0][name] for name in models[0] if "recommended" not in name}.items() <= models[1].items()


def test_a_network_that_is_removed_and_put_back_is_not_built_again(clone: Clone) -> None:
    whole, models = clone.params, {name: data for name, data in clone.outputs().items() if name.startswith("models/")}
    clone.set(whole | {"networks": {"painting": whole["networks"]["painting"]}})
    done = clone.repro()
    # what names the set of networks runs, and nothing of the other network
    assert (done.returncode, ran(done)) == (0, {"plan", "baselines", "gallery", "gate", "report"})
    assert "sketch" not in (clone.root / "reports/report.md").read_text()
    clone.set(whole)
    done = clone.repro()
    # `plan` is not taken from the cache: it has to look at the pipelines
    assert (done.returncode, ran(done)) == (0, {"plan"})
    assert "sketch" in (clone.root / "reports/report.md").read_text()
    assert {name: data for name, data in clone.outputs().items() if name.startswith("models/")} == models


def test_outputs_that_were_deleted_come_from_the_cache(clone: Clone) -> None:
    before = clone.outputs()
    shutil.rmtree(clone.root / "models")
    done = clone.repro()
    assert (done.returncode, ran(done)) == (0, set())
    assert clone.outputs() == before


def test_a_missing_picture_is_named_ahead_of_all_work_and_nothing_changes(clone: Clone) -> None:
    (clone.root / "data/images/style/bricks_sq.jpg").unlink()
    before = clone.outputs()
    said = failed(clone, "painting/samples")
    assert "error: params.yaml: images.style.calibration: data/images/style/bricks_sq.jpg: no such picture -> " in said
    assert clone.outputs() == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data[: len(data) // 2], "expected 8429782 bytes, got 4214891"),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "expected SHA-256 682491df8fa4"),
    ],
    ids=["cut short", "one bit"],
)
def test_a_damaged_archive_is_refused_and_nothing_is_written(fresh: Clone, change: object, said: str) -> None:
    assert callable(change)
    archive = fresh.root / ARCHIVE
    archive.write_bytes(change(archive.read_bytes()))
    before = fresh.outputs()
    message = failed(fresh, "fetch@magenta_mobile")
    assert "magenta_mobile" in message
    assert said in message
    assert fresh.outputs() == before
