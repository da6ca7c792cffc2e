"""All figures of a report, as PNG."""

from io import BytesIO

import msgspec
from PIL import Image

from litemill.report import charts, grid
from litemill.report.overlays import overlays
from litemill.report.results import Results
from litemill.report.stylized import stylized

# drawn larger than shown, so that text stays sharp on dense screens
SCALE = 1.5


class Figure(msgspec.Struct, frozen=True):
    """A figure's file name, what it shows in words, its bytes, and the network that it is of, if of one."""

    name: str
    alt: str
    data: bytes
    network: str | None = None


def draw(results: Results) -> tuple[Figure, ...]:
    """Draw the charts of all networks, and the pictures of each network that gives some."""
    size, latency, accuracy = charts.size(results), charts.latency(results), charts.accuracy(results)
    return (
        _chart("size.png", "Size of each file, by network", size),
        _chart("latency.png", "Latency of each file on the host, by network and threads", latency),
        _chart("accuracy.png", "Size against accuracy of each file, by network", accuracy),
        *_pictures(results),
    )


def _pictures(results: Results) -> list[Figure]:
    """Draw what each network makes of a few evaluation pictures; a style bottleneck is no picture."""
    drawn = []
    for section in results.sections:
        if section.settings.part is None:
            found = overlays(section)
            said = f"{section.name}: classes found by the original and with each recipe"
        elif section.settings.part == "transfer":
            found = stylized(section)
            said = f"{section.name}: pictures stylized by the original and with each recipe"
        else:
            continue
        drawn.append(Figure(f"{section.name}.png", said, grid.png(grid.draw(found)), section.name))
    return drawn


def _chart(name: str, said: str, chart: charts.Chart) -> Figure:
    image = Image.open(BytesIO(charts.png(chart, SCALE))).convert("RGB")
    # 256 colours are enough for bars and points, at an eighth of the bytes
    return Figure(name, said, grid.png(image.quantize(256, Image.Quantize.MEDIANCUT)))
