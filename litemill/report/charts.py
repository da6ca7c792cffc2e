"""Charts of all networks side by side: size, latency, size against accuracy."""

from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

import altair as alt

from litemill.report import measures
from litemill.report.results import Result, Results, Section
from litemill.report.tables import threads

Rows = list[dict[str, Any]]
Chart = alt.ConcatChart

# comes with the renderer, so that charts are the same on every machine
FONT = "Liberation Sans"
KINDS = {"within tolerance": "#2b6cb0", "outside tolerance": "#c53030", "official": "#9aa3ad"}
THREADS = ("#1f4e79", "#5b9bd5", "#a9cdee", "#d6e6f5")
INK = "#1c1e21"
PANELS, WIDTH, HEIGHT, BAR = 2, 330, 200, 22
# pixels of a scatter's points, and of its labels: a letter's width, a line's height
POINT, LETTER, LINE = 6, 6, 12


def size(results: Results) -> Chart:
    """Bars: megabytes by recipe."""
    return _together(results, _size)


def latency(results: Results) -> Chart:
    """Bars: median by recipe and threads, with a whisker to the 95th percentile."""
    return _together(results, _latency)


def accuracy(results: Results) -> Chart:
    """Points: size against the task's main measure."""
    return _together(results, _accuracy)


def png(chart: Chart, scale: float) -> bytes:
    """Draw a chart, without a browser."""
    import vl_convert  # noqa: PLC0415  starts a JavaScript engine, which only the drawing needs

    drawn: bytes = vl_convert.vegalite_to_png(chart.to_json(), scale=scale)
    return drawn


def _together(results: Results, draw: Callable[[Section], alt.LayerChart]) -> Chart:
    """Set one panel a network side by side, each with scales of its own."""
    panels = [draw(section).properties(title=section.name, width=WIDTH) for section in results.sections]
    chart: Chart = (
        alt.concat(*panels, columns=PANELS)
        .configure(font=FONT, background="white", padding=10)
        .configure_view(stroke=None)
        .configure_title(anchor="start", fontSize=14)
        .configure_axis(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", labelLimit=220)
        .configure_legend(labelFontSize=12, orient="top", title=None)
    )
    return chart


def _size(section: Section) -> alt.LayerChart:
    megabytes = alt.X("size_mb:Q", title="megabytes", axis=alt.Axis(tickCount=5))
    base = _base(_rows(section)).encode(x=megabytes, y=_names(section))
    bars = base.mark_bar(size=14).encode(color=_kind())
    text = base.mark_text(align="left", dx=4).encode(text=alt.Text("size_mb:Q", format=".2f"))
    layered: alt.LayerChart = (bars + text).properties(height=BAR * len(section.results))
    return layered


def _latency(section: Section) -> alt.LayerChart:
    rows: Rows = []
    for one in section.results:
        for time in one.measured.latency:
            times = {"median": time.median_ms, "p95": time.p95_ms}
            rows.append({"name": _name(one), "count": time.threads, "threads": threads(time.threads), **times})
    counts = [threads(count) for count in sorted({row["count"] for row in rows})]
    colours = alt.Scale(domain=counts, range=list(THREADS[: len(counts)]))
    milliseconds = alt.X("median:Q", title="milliseconds: median, whisker to p95", axis=alt.Axis(tickCount=5))
    base = _base(rows).encode(y=_names(section), yOffset=alt.YOffset("threads:N", sort=counts))
    bars = base.mark_bar(size=9).encode(x=milliseconds, color=alt.Color("threads:N", sort=counts, scale=colours))
    whiskers = base.mark_rule(color=INK).encode(x="median:Q", x2="p95:Q")
    layered: alt.LayerChart = (bars + whiskers).properties(height=1.5 * BAR * len(section.results))
    return layered


def _accuracy(section: Section) -> alt.LayerChart:
    rows = _rows(section)
    key = measures.main(section.results[0].judged.metrics)
    # room to the right for the labels
    wide = 1.5 * max(row["size_mb"] for row in rows)
    _place_labels(rows, wide)
    across = alt.Scale(domain=[0, wide], nice=False)
    base = _base(rows).encode(x=alt.X("size_mb:Q", title="megabytes", scale=across, axis=alt.Axis(tickCount=5)))
    near = alt.Y("accuracy:Q", title=_title(key), scale=alt.Scale(zero=False))
    points = base.mark_point(filled=True, size=80, opacity=1).encode(y=near, color=_kind())
    text = base.mark_text(align="left").encode(x="label_x:Q", y="label_y:Q", text="name:N")
    layered: alt.LayerChart = (points + text).properties(height=HEIGHT)
    return layered


def _base(rows: Rows) -> alt.Chart:
    return alt.Chart({"values": rows})


def _rows(section: Section) -> Rows:
    """Give size, main figure and kind of each file."""
    key = measures.main(section.results[0].judged.metrics)
    scale = 100 if key == "label_agreement" else 1
    rows: Rows = []
    for one in section.results:
        figures = {"size_mb": one.judged.size_bytes / 1e6, "accuracy": one.judged.metrics[key] * scale}
        rows.append({"name": _name(one), "kind": _kind_of(one), **figures})
    return rows


def _title(key: str) -> str:
    return f"{measures.measure(key).title}{', %' if key == 'label_agreement' else ''}"


def _name(result: Result) -> str:
    return result.name.replace("_", " ")


def _kind_of(result: Result) -> str:
    if result.official:
        return "official"
    return "outside tolerance" if result.failing else "within tolerance"


def _names(section: Section) -> alt.Y:
    return alt.Y("name:N", title=None, sort=[_name(one) for one in section.results])


def _kind() -> alt.Color:
    return alt.Color("kind:N", scale=alt.Scale(domain=list(KINDS), range=list(KINDS.values())))


def _place_labels(rows: Rows, wide: float) -> None:
    """Give each point a place for its label that covers no other: right of it, left, or further down.

    Lengths are in pixels of a panel, `wide` megabytes across.
    """
    heights = [row["accuracy"] for row in rows]
    up, across = HEIGHT / (max(heights) - min(heights) or 1.0), WIDTH / wide
    points = {row["name"]: (row["size_mb"] * across, row["accuracy"] * up) for row in rows}
    taken = [(x - POINT, x + POINT, y) for x, y in points.values()]
    for row in sorted(rows, key=lambda row: (-row["accuracy"], -row["size_mb"])):
        x, y = points[row["name"]]
        length = LETTER * len(row["name"])
        places = ((start, y - down) for down in count(0, 3) for start in (x + POINT + 2, x - POINT - length))
        start, at = next(place for place in places if place[0] >= 0 and _free(place, length, taken))
        taken.append((start, start + length, at))
        row["label_x"], row["label_y"] = start / across, at / up


def _free(place: tuple[float, float], length: float, taken: Iterable[tuple[float, float, float]]) -> bool:
    """Whether a label that starts at a place covers nothing that is taken: (left, right, height)."""
    start, at = place
    return not any(start < right and left < start + length and abs(at - y) < LINE for left, right, y in taken)
