"""Charts as SVG that takes the page's own font and colours, light or dark."""

import xml.etree.ElementTree as ET

import altair as alt

from litemill.report import charts

WIDTH = 300
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
    drawn = vl_convert.vegalite_to_svg(charts.specification(chart) | {"width": WIDTH, "config": look})
    root = ET.fromstring(drawn)  # noqa: S314  drawn here, of our own figures
    for element in root.iter():
        _plain(element)
    width, height = root.attrib.pop("width"), root.attrib.pop("height")
    root.attrib |= {"role": "img", "aria-label": said, "style": f"max-width:{float(width) * 1.1:.0f}px"}
    root.set("viewBox", f"0 0 {width} {height}")
    return ET.tostring(root, encoding="unicode")


def _plain(element: ET.Element) -> None:
    """Give an element the page's colours, and its description as a title."""
    if element.get("role") == "graphics-symbol" and len(element) == 0 and element.get("aria-label"):
        ET.SubElement(element, f"{{{SVG}}}title").text = element.get("aria-label")
    for name in DROPPED:
        element.attrib.pop(name, None)
    for name in ("fill", "stroke"):
        colour = element.get(name)
        if colour in COLOURS:
            element.set(name, COLOURS[colour])
