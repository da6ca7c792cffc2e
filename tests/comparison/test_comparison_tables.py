"""A comparison in words: what stands in the table, and how long a comment may be."""

from litemill.analysis.budgets import Outcome
from litemill.analysis.changes import Side, artifacts, settings
from litemill.bench import statistics
from litemill.comparison import render, tables
from litemill.comparison.budgets import Held
from litemill.comparison.compare import NOT_COMPARABLE, Compared, Comparison
from litemill.dvc.revision import File
from litemill.settings.budgets import Budget

FIGURES = {"size_bytes": 1000.0, "label_agreement": 0.99, "mean_iou": 0.9, "within_tolerance": 1.0}


def comparison(base: Side, head: Side, timing: statistics.LatencyChange | None = None) -> Comparison:
    """Compare two sides, each artifact with the same timing."""
    found = tuple(Compared(one, timing, "" if timing else NOT_COMPARABLE) for one in artifacts(base, head))
    return Comparison("main", "c" * 40, (), found, 3, 0, False, (), {})  # noqa: FBT003


def side(letter: str, count: int = 1, **figures: float) -> Side:
    names = [f"r{index:03}" for index in range(count)]
    return Side({"birds": dict.fromkeys(names, FIGURES | figures)}, {("birds", one): File(letter, 9) for one in names})


def cells(of: Comparison) -> tuple[str, ...]:
    return tables.artifacts(of).rows[0].cells


def test_a_figure_is_told_with_both_sides_and_its_verdict() -> None:
    found = cells(comparison(side("a"), side("b", size_bytes=1100, label_agreement=0.98)))
    assert found == (
        "birds/r000", "changed", "1,000 → 1,100 (+10.00%): worse", "label agreement 99.00 % → 98.00 %: worse",
        "not comparable", "within",
    )  # fmt: skip


def test_another_figure_than_the_main_one_is_told_where_it_differs() -> None:
    assert cells(comparison(side("a"), side("b", mean_iou=0.8)))[3] == (
        "label agreement 99.00 %; mean IoU 0.900 → 0.800: worse"
    )


def test_a_latency_is_told_as_a_ratio_with_its_interval() -> None:
    timing = statistics.LatencyChange("slower", 1.1, 1.08, 1.12)
    assert cells(comparison(side("a"), side("b"), timing))[4] == "x1.100 (1.080 to 1.120): worse"


def test_what_is_outside_its_tolerance_comes_first_then_what_is_worse() -> None:
    base, head = side("a", 3), side("b", 3)
    head.metrics["birds"] = {
        "r000": FIGURES,
        "r001": FIGURES | {"size_bytes": 2000},
        "r002": FIGURES | {"within_tolerance": 0},
    }
    rows = tables.artifacts(comparison(base, head)).rows
    assert [(row.cells[0], row.failing) for row in rows] == [
        ("birds/r002", True),
        ("birds/r001", False),
        ("birds/r000", False),
    ]


def test_the_markdown_stays_under_60_lines_however_much_changed_and_the_page_names_all() -> None:
    budget = Budget("bytes", artifact="birds/r000", most=1)
    held = Outcome("small", budget, 1, 1000)
    changed = comparison(side("a", 500), side("b", 500))
    many = Comparison(
        "main", "c" * 40, tuple(settings({}, {f"k{index}": index for index in range(99)})), changed.artifacts, 0, 3,
        True, (Held(held, held),) * 30, dict.fromkeys(("birds", "fish")),  # noqa: FBT003
    )  # fmt: skip
    drawn = [render.Figure(f"{index}.png", "a", b"", "") for index in range(20)]
    text = render.render("diff.md.j2", many, drawn)
    assert len(text.splitlines()) < 60
    assert "| and 486 more |" in text
    assert "**500 changed, 0 the same**; 0 of 30 budgets kept." in text
    page = render.render("diff.html.j2", many, drawn)
    assert "birds/r499" in page
    assert "k98" in page


def test_names_in_a_page_are_text_and_no_markup() -> None:
    hostile = comparison(side("a"), side("b"))
    hostile = Comparison("<b>|main", "c" * 40, *(getattr(hostile, name) for name in hostile.__struct_fields__[2:]))
    assert "<b>|main" not in render.render("diff.html.j2", hostile, [])
    assert "&lt;b&gt;|main" in render.render("diff.html.j2", hostile, [])


def test_budgets_are_told_where_they_are_not_kept_or_are_again() -> None:
    budget = Budget("bytes", artifact="birds/r000", most=1000)
    kept, broken, unknown = (Outcome("small", budget, 1000, value) for value in (900, 1100, None))
    assert [one.state for one in (kept, broken, unknown)] == ["kept", "broken", "not measured"]
    assert not Held(kept, kept).telling
    assert not Held(unknown, kept).telling
    assert all(Held(*pair).telling for pair in ((kept, broken), (broken, kept), (kept, unknown), (broken, broken)))
