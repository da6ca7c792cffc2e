"""Charts hold the figures of the records, and are the same bytes each time."""

from collections.abc import Callable
from typing import Any

import altair as alt
import msgspec
import pytest

from litemill.analysis.results import Results
from litemill.report import charts, vector
from litemill.report.devices import host


def panels(chart: charts.Chart) -> list[dict[str, Any]]:
    """Return each panel's title and rows."""
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
    assert {(row["target"], row["median"], row["high"]) for row in rows} == {
        ("host, 1 thread", 123.456, 140.0), ("host, 2 threads", 6.78912, 9.0),
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


@pytest.mark.parametrize("draw", [charts.size, charts.latency, charts.accuracy])
def test_charts_of_all_networks_are_vega_lite(joined: Results, draw: Callable[[Results], charts.Chart]) -> None:
    alt.Chart.from_dict(charts.specification(draw(joined)), validate=True)


def test_charts_of_one_network_are_vega_lite(joined: Results) -> None:
    painter = joined.sections[1]
    for drawn in (charts.latencies(painter, host(painter)), vector.tradeoff(painter, host(painter)[0])):
        alt.Chart.from_dict(charts.specification(drawn), validate=True)


def test_of_very_many_networks_the_first_are_drawn(joined: Results) -> None:
    many = msgspec.structs.replace(joined, sections=joined.sections * 20)
    assert len(panels(charts.size(many))) == charts.MOST_PANELS
