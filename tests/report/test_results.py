"""Records are joined by SHA-256: another file's is an error, never a row."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from litemill.analysis import results
from litemill.analysis.results import Results
from litemill.ground import project
from litemill.ground.errors import RecordError
from litemill.records import store
from litemill.records.accuracy import Gate, Paired, Validated
from litemill.records.cost import Benchmarked
from litemill.settings import params
from report import built

OTHER = "f" * 64


def test_each_file_has_its_own_records(joined: Results) -> None:
    birds, painter, _ = joined.sections
    assert [one.name for one in birds.results] == ["fp32", "official_deeplabv3_257"]
    assert [one.official for one in birds.results] == [False, True]
    assert birds.ours[0].failing
    assert not any(one.failing for one in painter.results)
    for section in joined.sections:
        for one in section.results:
            assert one.judged.name == one.measured.name == one.name
            assert one.judged.sha256 == one.measured.sha256


def test_our_files_stand_in_the_order_of_the_recipes(joined: Results) -> None:
    assert [one.name for one in joined.sections[1].ours] == ["fp32", "int8"]


def test_a_recipe_that_is_gone_from_the_settings_is_left_out(checkout: Path) -> None:
    text = (checkout / "params.yaml").read_text().partition("  int8:")
    (checkout / "params.yaml").write_text(text[0] + "bottleneck_from" + text[2].partition("bottleneck_from")[2])
    found = results.load(params.load())
    assert [one.name for section in found.sections for one in section.ours] == ["fp32", "fp32", "fp32"]
    assert found.paired[0].pairs[0].name == "fp32"


def of_another_file(kind: str) -> Path:
    """Make the first entry of a record speak of another file."""
    if kind == "gate":
        path = project.RECORDS / "gate.json"
        verdicts = store.load(path, Gate).verdicts
        built.changed(path, Gate, verdicts=(msgspec.structs.replace(verdicts[0], sha256=OTHER), *verdicts[1:]))
    elif kind == "endtoend":
        path = project.record(kind, "painter")
        pairs = store.load(path, Paired).pairs
        first = msgspec.structs.replace(pairs[0], predict_sha256=OTHER)
        built.changed(path, Paired, pairs=(first, *pairs[1:]))
    elif kind == "validate":
        path = project.record(kind, "birds")
        judged = store.load(path, Validated).artifacts
        built.changed(path, Validated, artifacts=(msgspec.structs.replace(judged[0], sha256=OTHER), *judged[1:]))
    else:
        path = project.record(kind, "birds")
        timed = store.load(path, Benchmarked).artifacts
        built.changed(path, Benchmarked, artifacts=(msgspec.structs.replace(timed[0], sha256=OTHER), *timed[1:]))
    return path


@pytest.mark.parametrize("kind", ["validate", "benchmark", "endtoend", "gate"])
def test_a_record_of_another_artifact_is_an_error(checkout: Path, kind: str) -> None:
    path = of_another_file(kind)
    with pytest.raises(RecordError) as error:
        results.load(params.load())
    assert str(path) in str(error.value)
    assert f"got {OTHER[:12]}" in str(error.value)
    assert "dvc repro" in str(error.value)
    assert checkout.exists()


def test_an_artifact_that_was_changed_since_is_an_error(checkout: Path) -> None:
    with (checkout / "models/birds/fp32.tflite").open("ab") as file:
        file.write(b"x")
    with pytest.raises(RecordError, match=r"models/birds/fp32\.tflite"):
        results.load(params.load())


def test_an_official_file_that_was_changed_since_is_an_error(checkout: Path) -> None:
    with (checkout / "data/baselines/birds/official_deeplabv3_257.tflite").open("ab") as file:
        file.write(b"x")
    with pytest.raises(RecordError, match="another official_deeplabv3_257"):
        results.load(params.load())


@pytest.mark.parametrize(
    "damage",
    [
        lambda: built.changed(project.record("validate", "birds"), Validated, artifacts=()),
        lambda: built.changed(project.record("benchmark", "birds"), Benchmarked, artifacts=()),
        lambda: built.changed(project.RECORDS / "gate.json", Gate, verdicts=()),
    ],
)
def test_a_record_that_leaves_an_artifact_out_is_an_error(checkout: Path, damage: Callable[[], None]) -> None:
    damage()
    with pytest.raises(RecordError, match="got no entry"):
        results.load(params.load())
    assert checkout.exists()


def test_a_file_judged_on_other_pictures_is_an_error(checkout: Path) -> None:
    path = checkout / project.record("validate", "birds")
    path.write_text(path.read_text().replace("content/cat_720p.jpg", "content/owl.jpg"))
    with pytest.raises(RecordError, match="judged on other pictures"):
        results.load(params.load())
