"""What is told apart: settings, files and figures of two sides."""

from typing import Any

from litemill.analysis.changes import Artifact, Side, artifacts, metrics, settings
from litemill.dvc.revision import File

FIGURES = {"size_bytes": 1000.0, "label_agreement": 0.99, "mean_iou": 0.9, "within_tolerance": 1.0}
ONE, OTHER = File("a" * 32, 1000), File("b" * 32, 1000)


def side(file: File | None = ONE, **figures: float) -> Side:
    """Return a side of one artifact."""
    return Side({"birds": {"int8": FIGURES | figures}}, {("birds", "int8"): file} if file else {})


def only(base: Side, head: Side) -> Artifact:
    (found,) = artifacts(base, head)
    return found


def changes(artifact: Artifact) -> dict[str, str | None]:
    return {figure.name: figure.change for figure in artifact.figures}


def test_the_same_file_with_the_same_figures_is_no_change() -> None:
    assert artifacts(side(), side()) == []
    # another run's latency says nothing
    assert artifacts(side(latency_1_thread_ms=10), side(latency_1_thread_ms=20)) == []


def test_another_file_is_a_change_even_where_all_figures_are_the_same() -> None:
    found = only(side(), side(OTHER))
    assert (found.status, found.same_file, found.name) == ("changed", False, "birds/int8")
    assert set(changes(found).values()) == {"no difference shown"}


def test_figures_are_better_or_worse_beyond_the_least_step_that_says_something() -> None:
    found = only(side(), side(OTHER, size_bytes=1010, label_agreement=0.991, mean_iou=0.9001))
    assert changes(found) == {"size_bytes": "worse", "label_agreement": "better", "mean_iou": "no difference shown"}
    found = only(side(), side(OTHER, size_bytes=990, label_agreement=0.98))
    assert (changes(found)["size_bytes"], changes(found)["label_agreement"]) == ("better", "worse")
    assert found.worse


def test_errors_that_no_picture_shows_are_no_difference() -> None:
    assert changes(only(side(psnr_db=117), side(OTHER, psnr_db=90)))["psnr_db"] == "no difference shown"
    assert changes(only(side(psnr_db=117), side(OTHER, psnr_db=40)))["psnr_db"] == "worse"


def test_the_same_file_is_told_where_it_is_judged_otherwise() -> None:
    found = only(side(), side(label_agreement=0.9))
    assert (found.same_file, changes(found)["label_agreement"]) == (True, "worse")
    found = only(side(), side(within_tolerance=0))
    assert found.failing


def test_without_files_figures_tell() -> None:
    assert artifacts(side(None), side(None)) == []
    found = only(side(None), side(None, mean_iou=0.9001))
    assert (found.same_file, set(changes(found).values())) == (None, {"no difference shown"})


def test_what_one_side_lacks_is_added_or_removed_with_the_figures_that_there_are() -> None:
    nothing = Side({}, {})
    found = only(nothing, side(within_tolerance=0))
    assert (found.status, found.failing, set(changes(found).values())) == ("added", True, {None})
    assert (found.figures[0].base, found.figures[0].head) == (None, 1000)
    found = only(side(within_tolerance=0), nothing)
    assert (found.status, found.failing, found.figures[0].base) == ("removed", False, 1000)


def test_files_alone_are_compared_where_another_version_wrote_the_figures() -> None:
    other: Any = {"version": 1, "rows": []}
    assert metrics(other) == {}
    found = only(Side(metrics(other), {("birds", "int8"): File("c" * 32, 900)}), side())
    assert (found.status, changes(found)["size_bytes"], changes(found)["mean_iou"]) == ("changed", "worse", None)


def test_settings_differ_by_dotted_keys_and_lists_as_a_whole() -> None:
    base = {"recipes": {"int8": {"samples": 10}}, "threads": [1, 2], "gone": 1}
    head = {"recipes": {"int8": {"samples": 4}}, "threads": [1], "new": {"deep": True}}
    told = [(one.key, one.base, one.head) for one in settings(base, head)]
    assert told == [
        ("gone", 1, None),
        ("new", None, {"deep": True}),
        ("recipes.int8.samples", 10, 4),
        ("threads", [1, 2], [1]),
    ]
    assert settings(base, base) == []
