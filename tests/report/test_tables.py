"""Tables: what stands in them, what is marked, and that columns line up."""

from litemill.analysis.results import Results
from litemill.render.table import Row, Table, numbers, terminal, turned, without, words
from litemill.report import provenance, tables
from litemill.report.context import summary


def rows(table: Table | None) -> list[dict[str, str]]:
    assert table is not None
    return [dict(zip([column.title for column in table.columns], row.cells, strict=True)) for row in table.rows]


def test_the_overview_has_a_row_for_each_artifact_and_none_for_official_files(joined: Results) -> None:
    found = rows(tables.overview(joined))
    assert [(row["network"], row["recipe"]) for row in found] == [
        ("birds", "fp32"), ("painter", "fp32"), ("painter", "int8"), ("eye", "fp32"), ("eye", "int8"),
    ]  # fmt: skip
    assert found[0]["bytes"] == "2,780,051"
    assert found[0]["accuracy against the original"] == "95.00 % of labels"
    assert found[0]["peak memory, MB"] == "45.7"


def test_a_wide_spread_is_marked(joined: Results) -> None:
    row = rows(tables.overview(joined))[0]
    assert row["1 thread, ms (spread)"] == "123 (2 %)"
    assert row["2 threads, ms (spread)"] == "~6.79 (31 %)"


def test_an_artifact_outside_its_tolerance_is_marked_with_figure_and_tolerance(joined: Results) -> None:
    table = tables.overview(joined)
    assert [row.failing for row in table.rows] == [True, False, False, False, False]
    assert [row["verdict"] for row in rows(table)][:2] == [
        "outside: label agreement 95.00 %, least 96.50 %",
        "within",
    ]


def test_official_files_stand_beside_ours_and_have_no_verdict(joined: Results) -> None:
    last = rows(tables.accuracy(joined.sections[0]))[-1]
    assert last["file"] == "official_deeplabv3_257 (official)"
    assert last["verdict"] == "-"
    assert last["worst picture"] == "cat_720p: 85.50 %"


def test_the_costs_tell_each_number_of_threads(joined: Results) -> None:
    row = rows(tables.cost(joined.sections[0]))[0]
    assert (row["1 thread: median, ms"], row["1 thread: p95, ms"], row["1 thread: spread"]) == (
        "123",
        "140",
        "2.1 %",
    )
    assert row["2 threads: median, ms"] == "6.79"
    assert (row["peak memory, MB"], row["init, ms"], row["multiply-adds, M"]) == ("45.7", "12.3", "5")


def test_the_ground_truth_is_held_against_the_original_too(joined: Results) -> None:
    assert rows(tables.truth(joined.sections[0]))[:2] == [
        {"file": "original", "background": "0.980", "bird": "0.810"},
        {"file": "fp32", "background": "0.970", "bird": "0.750"},
    ]
    assert tables.truth(joined.sections[1]) is None


def test_pairs_add_up_the_time_of_both_files(joined: Results) -> None:
    found = rows(tables.end_to_end(joined))
    assert [row["files"] for row in found][-1].endswith("(official)")
    assert {row["1 thread, ms"] for row in found} == {"247"}


def test_provenance_says_what_is_rebuilt(joined: Results) -> None:
    found = {row["source"]: row for row in rows(provenance.sources(joined))}
    assert found["magenta_mobile"]["upstream's own file"] == "no, rebuilt"
    assert "not the InceptionV3 original" in found["magenta_mobile"]["note"]
    assert found["official_deeplabv3_257"]["upstream's own file"] == "yes"
    assert found["official_deeplabv3_257"]["SHA-256"] == "c" * 12


def test_operations_leave_the_plumbing_out(joined: Results) -> None:
    row = rows(provenance.graphs(joined))[0]
    assert (row["operations"], row["parameters"]) == ("5: 3 Conv2D, 2 Relu6", "4,321")


def test_networks_with_the_same_pictures_share_a_row(joined: Results) -> None:
    found = rows(provenance.pictures(joined))
    assert [row["networks"] for row in found] == ["birds", "painter", "eye"]
    assert found[1]["judged on"] == "2 pairs of cat_720p, face with clouds-over-bor-1940_sq, zigzag_colorful"


def test_the_summary_has_a_leaf_for_each_figure(joined: Results) -> None:
    assert summary(joined)["birds"]["fp32"] == {
        "size_bytes": 2780051, "within_tolerance": 0, "latency_1_thread_ms": 123.456, "p95_1_thread_ms": 140.0,
        "label_agreement": 0.95, "mean_iou": 0.876543, "init_ms": 12.3456, "peak_memory_mb": 45.678,
        "multiply_adds": 5e6, "operators": 1,
    }  # fmt: skip
    assert list(summary(joined)["birds"]) == ["fp32"]


def test_lines_of_the_terminal_are_aligned() -> None:
    table = Table(
        words("name") + numbers("size") + words("verdict"),
        (Row(("a", "1,000", "within")), Row(("long", "7", "outside"))),
    )
    assert terminal(table).splitlines() == [
        "name   size  verdict",
        "a     1,000  within",
        "long      7  outside",
    ]
    assert terminal(without(table, "size")).splitlines()[1] == "a     within"


def test_a_table_turned_has_its_rows_as_columns() -> None:
    table = Table(words("file") + numbers("bird", "cat"), (Row(("fp32", "1", "2")), Row(("int8", "3", "4"))))
    found = turned(table, "class")
    assert [column.title for column in found.columns] == ["class", "fp32", "int8"]
    assert [row.cells for row in found.rows] == [("bird", "1", "3"), ("cat", "2", "4")]
