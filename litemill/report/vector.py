"""One network's files by latency, accuracy and size, with the line of those that none beats in the first two."""

import math
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Any

import altair as alt

from litemill import figures
from litemill.analysis.results import Section
from litemill.report import charts
from litemill.report.devices import Target

HEIGHT = 220


# of the axis of time to the left of the fastest file; its square is to the right of the slowest, for the label
MARGIN = 1.25


AXIS = alt.Axis(labelOverlap="greedy", labelSeparation=6)


SHAPES = ("circle", "cross", "diamond")


def tradeoff(section: Section, target: Target) -> alt.LayerChart:
    """Points: latency on a target against the main figure, larger for larger files; a stepped line along the front."""
    key = figures.main(section.results[0].judged.metrics)
    found = rows(section, target, 100 if key == "label_agreement" else 1)
    low, high = min(row["ms"] for row in found) / MARGIN, max(row["ms"] for row in found) * MARGIN**2
    _label(found, low, high)
    across = alt.Scale(type="log", domain=[low, high], nice=False)
    milliseconds = alt.X("ms:Q", title=f"median on {target.name}, ms (logarithmic)", scale=across, axis=AXIS)
    near = alt.Y("accuracy:Q", title=charts.title(key), scale=alt.Scale(zero=False, padding=16))
    base = alt.Chart({"values": found})
    line = (
        alt.Chart({"values": front(found)})
        .mark_line(interpolate="step-after", color=charts.INK, strokeWidth=1, strokeDash=[4, 3])
        .encode(x=milliseconds, y=near)
    )
    points = base.mark_point(filled=True, opacity=0.85).encode(
        x=milliseconds,
        y=near,
        size=alt.Size("size_mb:Q", scale=alt.Scale(domainMin=0, range=[40, 220]), legend=None),
        color=alt.Color("kind:N", scale=_scale(list(charts.KINDS.values()))),
        shape=alt.Shape("kind:N", scale=_scale(list(SHAPES))),
        description=alt.Description("said:N"),
    )
    text = base.mark_text(align="left", aria=False).encode(
        x=alt.X("label_x:Q"), y=alt.Y("label_y:Q"), text=alt.Text("name:N")
    )
    layered: alt.LayerChart = alt.LayerChart(layer=[line, points, text], height=HEIGHT)
    return layered


def rows(section: Section, target: Target, scale: float) -> list[dict[str, Any]]:
    """Return the files that were timed on a target; `scale` turns the main figure into its axis's unit."""
    found = []
    for one in section.results:
        if one.name in target.times:
            median, size = target.times[one.name].median_ms, one.judged.size_bytes / 1e6
            near = one.judged.metrics[figures.main(one.judged.metrics)] * scale
            said = f"{charts.name_of(one)}: {median:.3g} ms, {near:.6g}, {size:.2f} MB"
            found.append({"name": charts.name_of(one), "kind": charts.kind_of(one), "said": said,
                          "ms": median, "accuracy": near, "size_mb": size})  # fmt: skip
    return found


def front(found: Sequence[dict[str, Any]]) -> list[dict[str, float]]:
    """Return the points of our files that none beats in latency and accuracy, fastest first."""
    line: list[dict[str, float]] = []
    ours = (row for row in found if row["kind"] != "official")
    for row in sorted(ours, key=lambda row: (row["ms"], -row["accuracy"])):
        if not line or row["accuracy"] > line[-1]["accuracy"]:
            line.append({"ms": row["ms"], "accuracy": row["accuracy"]})
    return line


def _label(found: Sequence[dict[str, Any]], low: float, high: float) -> None:
    """Return each row a place for its label, on an axis of time from `low` to `high`."""
    heights = [row["accuracy"] for row in found]
    up, wide = HEIGHT / (max(heights) - min(heights) or 1.0), SVG_WIDTH / math.log(high / low)
    points = {row["name"]: (math.log(row["ms"] / low) * wide, row["accuracy"] * up) for row in found}
    places = charts.label_places(points)
    for row in found:
        x, y = places[row["name"]]
        row["label_x"], row["label_y"] = low * math.exp(x / wide), y / up


def _scale(values: list[str]) -> alt.Scale:
    return alt.Scale(domain=list(charts.KINDS), range=values)


SVG_WIDTH = 300


SVG = "http://www.w3.org/2000/svg"


# what the charts are drawn with: the page's variables
COLOURS = {
    **{colour: f"var(--{name})" for colour, name in zip(charts.KINDS.values(), ("ours", "bad", "other"), strict=True)},
    **{colour: f"var(--time-{index})" for index, colour in enumerate(charts.TIMES)},
    charts.INK: "currentColor",
    "#000": "currentColor",
    "black": "currentColor",
    "#888": "var(--faint)",
    "#ddd": "var(--line)",
    "white": "none",
}


# of each mark only what it says is kept, as the title that browsers show beside the pointer
DROPPED = ("role", "aria-roledescription", "aria-label", "aria-hidden", "font-family", "pointer-events")


def svg(chart: alt.LayerChart, said: str) -> str:
    """Draw a chart as an SVG element for a page; `said` is its alternative text."""
    import vl_convert  # noqa: PLC0415  starts a JavaScript engine, which only the drawing needs

    ET.register_namespace("", SVG)
    # the page has legends of its own, in text that does not shrink with the chart
    look = charts.LOOK | {"legend": {"disable": True}}
    drawn = vl_convert.vegalite_to_svg(charts.specification(chart) | {"width": SVG_WIDTH, "config": look})
    root = ET.fromstring(drawn)  # noqa: S314  drawn here, of our own figures
    for element in root.iter():
        _plain(element)
    width, height = root.attrib.pop("width"), root.attrib.pop("height")
    root.attrib |= {"role": "img", "aria-label": said, "style": f"max-width:{float(width) * 1.1:.0f}px"}
    root.set("viewBox", f"0 0 {width} {height}")
    return ET.tostring(root, encoding="unicode")


def _plain(element: ET.Element) -> None:
    """Return an element the page's colours, and its description as a title."""
    if element.get("role") == "graphics-symbol" and len(element) == 0 and element.get("aria-label"):
        ET.SubElement(element, f"{{{SVG}}}title").text = element.get("aria-label")
    for name in DROPPED:
        element.attrib.pop(name, None)
    for name in ("fill", "stroke"):
        colour = element.get(name)
        if colour in COLOURS:
            element.set(name, COLOURS[colour])
