"""Charts hold the figures of the records, and are the same bytes each time."""

from typing import Any

from litemill.report import charts
from litemill.report.results import Results


def panels(chart: charts.Chart) -> list[dict[str, Any]]:
    """Give each panel's title and rows."""
    drawn = chart.to_dict()
    datasets = drawn.get("datasets", {})
    found = []
    for panel in drawn["concat"]:
        data = panel.get("data") or panel["layer"][0]["data"]
        found.append({"title": panel["title"], "rows": data.get("values") or datasets[data["name"]]})
    return found


def test_sizes_are_in_megabytes_and_tell_who_is_outside(joined: Results) -> None:
    found = panels(charts.size(joined))
    assert [panel["title"] for panel in found] == ["birds", "painter", "eye"]
    ours, official = found[0]["rows"]
    assert (ours["size_mb"], ours["kind"]) == (2.780051, "outside tolerance")
    assert official["kind"] == "official"


def test_latencies_have_a_row_for_each_file_and_number_of_threads(joined: Results) -> None:
    rows = panels(charts.latency(joined))[1]["rows"]
    assert len(rows) == 3 * 2
    assert {(row["threads"], row["median"], row["p95"]) for row in rows} == {
        ("1 thread", 123.456, 140.0), ("2 threads", 6.78912, 9.0),
    }  # fmt: skip


def test_accuracy_is_the_main_figure_of_the_task(joined: Results) -> None:
    found = {panel["title"]: panel["rows"][0]["accuracy"] for panel in panels(charts.accuracy(joined))}
    assert found == {"birds": 95.0, "painter": 31.25, "eye": 0.99996}


def test_labels_of_near_points_are_set_apart(joined: Results) -> None:
    rows = panels(charts.accuracy(joined))[2]["rows"]
    assert len({row["accuracy"] for row in rows}) == 1
    assert len({(row["label_x"], row["label_y"]) for row in rows}) == 3
    right, left = rows[:2]
    assert right["label_x"] > right["size_mb"]
    assert left["label_x"] < left["size_mb"]


def test_the_same_figures_give_the_same_bytes(joined: Results) -> None:
    first, second = (charts.png(charts.size(joined), 1) for _ in range(2))
    assert first == second
    assert first.startswith(b"\x89PNG")
