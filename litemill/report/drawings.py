"""All figures of a report: charts as PNG, pictures as JPEG."""

from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO

import msgspec
from PIL import Image

from litemill.analysis.results import Results
from litemill.ground import process
from litemill.render import grid
from litemill.report import charts
from litemill.report.pictures import Shown
from litemill.tasks.registry import task_of

# drawn larger than shown, so that text stays sharp on dense screens
SCALE = 1.5


class Figure(msgspec.Struct, frozen=True):
    """A figure's file name, what it shows in words, its bytes, and the network that it is of, if of one."""

    name: str
    alt: str
    data: bytes
    network: str | None = None


def draw(results: Results, shown: Mapping[str, Shown]) -> tuple[Figure, ...]:
    """Draw the charts of all networks, and the pictures of each network that gives some."""
    count, most = len(results.sections), charts.MOST_PANELS
    which = "by network" if count <= most else f"by network, the first {most} of {count}"
    size, latency, accuracy = charts.size(results), charts.latency(results), charts.accuracy(results)
    drawn: list[Callable[[], Figure]] = [
        partial(_chart, "size.png", f"Size of each file, {which}", size),
        partial(_chart, "latency.png", f"Latency of each file on the host by threads, {which}", latency),
        partial(_chart, "accuracy.png", f"Size against accuracy of each file, {which}", accuracy),
        *(partial(_pictures, name, one) for name, one in shown.items()),
    ]
    return tuple(process.each(lambda draw: draw(), drawn))


def _pictures(network: str, shown: Shown) -> Figure:
    """Draw what a network makes of a few evaluation pictures."""
    does = task_of(shown.evidence.section.settings).does
    said = f"{network}: {does} the original and with each recipe"
    return Figure(f"{network}.jpg", said, grid.jpeg(grid.draw(shown.grid)), network)


def _chart(name: str, said: str, chart: charts.Chart) -> Figure:
    image = Image.open(BytesIO(charts.png(chart, SCALE))).convert("RGB")
    # 256 colours are enough for bars and points, at an eighth of the bytes
    return Figure(name, said, grid.png(image.quantize(256, Image.Quantize.MEDIANCUT)))
