"""The gate: every artifact against its tolerance, as a user runs it."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import planned
import pytest

from litemill.analysis.verdicts import outside
from litemill.ground import project
from litemill.records import store
from litemill.records.accuracy import Failure, Gate, Judged, Validated
from litemill.records.artifact import Converted
from litemill.settings.recipe import Tolerance

ROOT = Path(__file__).parents[2]
PARAMS = """\
source: embedded
fetch: [magenta]
networks: {painting: {source: magenta, part: predict, input: [256, 256]}}
recipes:
  fp32: {quantize: none, tolerance: {bottleneck_cosine: 0.9999, label_agreement: 1}}
  fp16: {quantize: fp16, tolerance: {bottleneck_cosine: 0.99}}
images:
  segmentation: {calibration: [a.png], evaluation: [b.png]}
  content: {calibration: [d.png], evaluation: [e.png]}
  style: {calibration: [f.png], evaluation: [g.png]}
benchmark: {threads: [1], rounds: 2, rewriting_rounds: 1, warmup: 1}
"""
CATALOG = "magenta: {kind: saved_model, url: u, mirror: m, licence: Apache-2.0, task: stylization}\n"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two artifacts, of which fp16 is outside its tolerance."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    planned.write(tmp_path, PARAMS)
    (tmp_path / "data/catalog.yaml").write_text(CATALOG)
    judged = []
    for recipe, quantize, cosine in (("fp32", "none", 0.99999), ("fp16", "fp16", 0.98)):
        path = project.artifact("painting", recipe)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(recipe)
        digest = hashlib.sha256(recipe.encode()).hexdigest()
        converted = Converted("painting", recipe, quantize, sha256=digest, size_bytes=4)
        store.save(project.record("convert", "painting", recipe), converted)
        judged.append(Judged(recipe, digest, 4, {"bottleneck_cosine": cosine}, {}))
    baseline = Judged("official", "0" * 64, 4, {"bottleneck_cosine": 0.1}, {}, baseline=True)
    store.save(project.record("validate", "painting"), Validated("painting", "0" * 64, (*judged, baseline)))
    return tmp_path


def run(checkout: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *(command or ("stages.gate",))],
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def gate(checkout: Path) -> Gate:
    return store.load(checkout / "reports/records/gate.json", Gate)


def test_a_failing_artifact_is_recorded_and_stops_nothing(checkout: Path) -> None:
    done = run(checkout)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 of 2 artifacts within their tolerance\n", "")
    found = {verdict.recipe: verdict for verdict in gate(checkout).verdicts}
    assert found["fp32"].failures == ()
    assert found["fp16"].failures == (Failure("bottleneck_cosine", 0.98, 0.99),)
    assert found["fp16"].sha256 == hashlib.sha256(b"fp16").hexdigest()


def test_the_check_lists_what_is_outside_and_exits_1(checkout: Path) -> None:
    done = run(checkout, "litemill", "check")
    assert done.returncode == 1
    assert done.stdout == "painting fp16: bottleneck_cosine 0.98 is below 0.99\n"
    assert done.stderr == (
        "error: 1 of 2 artifacts are outside their tolerance"
        " -> change the recipe, or its tolerance or budget in params.yaml\n"
    )
    assert not (checkout / "reports/records/gate.json").exists()


def test_the_check_exits_0_where_all_are_within(checkout: Path) -> None:
    text = (checkout / "params.yaml").read_text()
    (checkout / "params.yaml").write_text(text.replace("0.99}", "0.98}"))
    done = run(checkout, "litemill", "check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "2 of 2 artifacts within their tolerance\n", "")


def test_a_record_of_another_artifact_is_an_error(checkout: Path) -> None:
    (checkout / "models/painting/fp32.tflite").write_text("another")
    for command in (("stages.gate",), ("litemill", "check")):
        done = run(checkout, *command)
        assert (done.returncode, done.stdout) == (1, "")
        assert "fp32.json: describes another models/painting/fp32.tflite: expected" in done.stderr
    assert not (checkout / "reports/records/gate.json").exists()


def test_a_judgement_of_another_artifact_is_an_error(checkout: Path) -> None:
    path = project.record("validate", "painting")
    path.write_text(path.read_text().replace(hashlib.sha256(b"fp16").hexdigest(), "1" * 64))
    done = run(checkout)
    assert done.returncode == 1
    assert "validate/painting.json: describes another models/painting/fp16.tflite" in done.stderr


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ("convert/painting/fp16.json", "painting fp16: was not built -> run: dvc repro"),
        ("validate/painting.json", "validate/painting.json: no such record -> run: dvc repro"),
    ],
)
def test_a_missing_record_says_what_to_run(checkout: Path, record: str, said: str) -> None:
    (checkout / "dvc.yaml").touch()
    (checkout / "reports/records" / record).unlink()
    done = run(checkout, "litemill", "check")
    assert done.returncode == 1
    assert said in done.stderr


def test_an_artifact_that_nobody_judged_is_an_error(checkout: Path) -> None:
    path = project.record("validate", "painting")
    judged = store.load(path, Validated)
    store.save(path, Validated("painting", "0" * 64, judged.artifacts[:1]))
    done = run(checkout)
    assert done.returncode == 1
    assert "does not judge fp16 -> run: dvc repro" in done.stderr


def test_what_is_just_at_its_tolerance_is_within_and_what_is_not_measured_is_left_aside() -> None:
    tolerance = Tolerance(label_agreement=0.5, psnr_db=20)
    assert outside({"label_agreement": 0.5, "ssim": 0.1}, tolerance) == []
    assert outside({"label_agreement": 0.4999}, tolerance) == [Failure("label_agreement", 0.4999, 0.5)]
    assert outside({"psnr_db": 19, "label_agreement": 0}, Tolerance()) == []
