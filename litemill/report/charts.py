"""Charts of all networks side by side: size, latency, size against accuracy."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

import altair as alt

from litemill import figures
from litemill.analysis.results import Result, Results, Section
from litemill.report.devices import Target, host

Rows = list[dict[str, Any]]


Chart = alt.ConcatChart


# comes with the renderer, so that charts are the same on every machine
FONT = "Liberation Sans"


KINDS = {"within tolerance": "#2b6cb0", "outside tolerance": "#c53030", "official": "#9aa3ad"}


TIMES = ("#1f4e79", "#5b9bd5", "#a9cdee", "#4b7f52", "#8fbf8f", "#b7723b", "#e0ad7a", "#8a6d9e")


INK = "#1c1e21"


PANELS, WIDTH, HEIGHT, BAR = 2, 330, 200, 22


# networks side by side; more can't be read, and each has its own charts on the page
MOST_PANELS = 8


# a limit of labels doubles what it costs to lay them out: only names have one
LOOK = {
    "font": FONT,
    "background": "white",
    "padding": 10,
    "view": {"stroke": None},
    "title": {"anchor": "start", "fontSize": 14},
    "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelLimit": 0},
    "legend": {"labelFontSize": 12, "orient": "top", "title": None},
}


def size(results: Results) -> Chart:
    """Bars: megabytes by recipe."""
    return _together(results, _size)


def latency(results: Results) -> Chart:
    """Bars: median by recipe and threads, with a whisker to the 95th percentile."""
    return _together(results, lambda section: latencies(section, host(section)))


def accuracy(results: Results) -> Chart:
    """Points: size against the task's main measure."""
    return _together(results, _accuracy)


def png(chart: Chart, scale: float) -> bytes:
    """Draw a chart, without a browser."""
    import vl_convert  # noqa: PLC0415  starts a JavaScript engine, which only the drawing needs

    drawn: bytes = vl_convert.vegalite_to_png(specification(chart), scale=scale)
    return drawn


def _together(results: Results, draw: Callable[[Section], alt.LayerChart]) -> Chart:
    """Set one panel a network side by side, each with scales of its own; of very many networks the first."""
    panels = [draw(section).properties(title=section.name, width=WIDTH) for section in results.sections[:MOST_PANELS]]
    chart: Chart = alt.concat(*panels, columns=PANELS)
    return chart


def specification(chart: Chart | alt.LayerChart) -> dict[str, Any]:
    """Return a chart as Vega-Lite, with the look that all have; altair would copy all data for each part of it.

    The tests hold the charts against Vega-Lite's schema, which takes longer than to draw them.
    """
    return chart.to_dict(validate=False) | {"config": LOOK}


def _size(section: Section) -> alt.LayerChart:
    megabytes = alt.X("size_mb:Q", title="megabytes", axis=alt.Axis(tickCount=5))
    base = _base(_rows(section)).encode(x=megabytes, y=_names(section))
    bars = base.mark_bar(size=14).encode(color=_kind())
    text = base.mark_text(align="left", dx=4).encode(text=alt.Text("size_mb:Q", format=".2f"))
    layered: alt.LayerChart = alt.LayerChart(layer=[bars, text], height=BAR * len(section.results))
    return layered


def latencies(section: Section, on: Sequence[Target]) -> alt.LayerChart:
    """Bars: medians of one network's files by target, each with a whisker over its interval."""
    rows: Rows = []
    for one in section.results:
        for target in on:
            time = target.times.get(one.name)
            if time is not None:
                times = {"median": time.median_ms, "low": time.low_ms, "high": time.high_ms}
                said = f"{name_of(one)}, {target.name}: {time.text} ms, {time.note}"
                rows.append({"name": name_of(one), "target": target.name, "said": said, **times})
    names = [target.name for target in on]
    colours = alt.Scale(domain=names, range=[TIMES[index % len(TIMES)] for index in range(len(names))])
    milliseconds = alt.X("median:Q", title="milliseconds: median and interval", axis=alt.Axis(tickCount=5))
    base = _base(rows).encode(y=_names(section), yOffset=alt.YOffset("target:N", sort=names))
    base = base.encode(description=alt.Description("said:N"))
    bars = base.mark_bar().encode(x=milliseconds, color=alt.Color("target:N", sort=names, scale=colours))
    whiskers = base.mark_rule(color=INK, aria=False).encode(x=alt.X("low:Q"), x2=alt.X2("high:Q"))
    step = max(1.5, 0.5 * len(names)) * BAR
    layered: alt.LayerChart = alt.LayerChart(layer=[bars, whiskers], height=step * len(section.results))
    return layered


def _accuracy(section: Section) -> alt.LayerChart:
    rows = _rows(section)
    key = figures.main(section.results[0].judged.metrics)
    # room to the right for the labels
    wide = 1.5 * max(row["size_mb"] for row in rows)
    heights = [row["accuracy"] for row in rows]
    up = HEIGHT / (max(heights) - min(heights) or 1.0)
    places = label_places({row["name"]: (row["size_mb"] * WIDTH / wide, row["accuracy"] * up) for row in rows})
    for row in rows:
        x, y = places[row["name"]]
        row["label_x"], row["label_y"] = x * wide / WIDTH, y / up
    across = alt.Scale(domain=[0, wide], nice=False)
    base = _base(rows).encode(x=alt.X("size_mb:Q", title="megabytes", scale=across, axis=alt.Axis(tickCount=5)))
    near = alt.Y("accuracy:Q", title=title(key), scale=alt.Scale(zero=False))
    points = base.mark_point(filled=True, size=80, opacity=1).encode(y=near, color=_kind())
    text = base.mark_text(align="left").encode(x=alt.X("label_x:Q"), y=alt.Y("label_y:Q"), text=alt.Text("name:N"))
    layered: alt.LayerChart = alt.LayerChart(layer=[points, text], height=HEIGHT)
    return layered


def _base(rows: Rows) -> alt.Chart:
    return alt.Chart({"values": rows})


def _rows(section: Section) -> Rows:
    """Return size, main figure and kind of each file."""
    key = figures.main(section.results[0].judged.metrics)
    scale = 100 if key == "label_agreement" else 1
    rows: Rows = []
    for one in section.results:
        size, near = one.judged.size_bytes / 1e6, one.judged.metrics[key] * scale
        rows.append({"name": name_of(one), "kind": kind_of(one), "size_mb": size, "accuracy": near})
    return rows


def title(key: str) -> str:
    """Name a main figure with its unit, as an axis does."""
    return f"{figures.of(key).heading}{', %' if key == 'label_agreement' else ''}"


def name_of(result: Result) -> str:
    """Name a file, as charts do."""
    return result.name.replace("_", " ")


def kind_of(result: Result) -> str:
    """Say which of `KINDS` a file is."""
    if result.official:
        return "official"
    return "outside tolerance" if result.failing else "within tolerance"


def _names(section: Section) -> alt.Y:
    return alt.Y("name:N", title=None, sort=[name_of(one) for one in section.results], axis=alt.Axis(labelLimit=220))


def _kind() -> alt.Color:
    return alt.Color("kind:N", scale=alt.Scale(domain=list(KINDS), range=list(KINDS.values())))


# pixels of a point, and of a label: a letter's width, a line's height
POINT, LETTER, LINE = 8, 6, 12


STEP = 3


Place = tuple[float, float]


def label_places(points: Mapping[str, Place]) -> dict[str, Place]:
    """Return each point a place for its name that covers no other: right of it or left, or the nearest up or down.

    Points are (right, up) in pixels, by name; a place is the middle of a name's left end.
    """
    taken = [(x - POINT, x + POINT, y) for x, y in points.values()]
    found = {}
    for name in sorted(points, key=lambda one: (-points[one][1], -points[one][0])):
        length = LETTER * len(name)
        start, at = next(one for one in _around(points[name], length) if _free(one, length, taken))
        taken.append((start, start + length, at))
        found[name] = (start, at)
    return found


def _around(point: Place, length: float) -> Iterator[Place]:
    """Return the places for a label of a length, the nearest first."""
    x, y = point
    for shift in count(0, STEP):
        for up in (-shift, shift) if shift else (0,):
            yield x + POINT + 2, y + up
            if x - POINT - length >= 0:
                yield x - POINT - length, y + up


def _free(place: Place, length: float, taken: Iterable[tuple[float, float, float]]) -> bool:
    """Whether a label that starts at a place covers nothing that is taken: (left, right, height)."""
    start, at = place
    return not any(start < right and left < start + length and abs(at - y) < LINE for left, right, y in taken)
