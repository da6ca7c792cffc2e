"""A network's pictures as the page holds them: rows to compare, and the worst of each file."""

import base64
from io import BytesIO

import msgspec
import numpy as np
from PIL import Image

from litemill import figures
from litemill.analysis.results import Result
from litemill.render.grid import Grid, fitted
from litemill.report import illustrations
from litemill.report.illustrations import shown
from litemill.report.pictures import Shown
from litemill.report.tables import stems
from litemill.tasks.images import Pixels, resize

# pixels of the longer side of what stands beside a file's figures
WORST_SIDE = 240


class Picture(msgspec.Struct, frozen=True):
    """A picture as a `data:` address, with its width and height in pixels, what it shows, and what stands below it."""

    title: str
    caption: str
    alt: str
    source: str
    width: int
    height: int


class Strip(msgspec.Struct, frozen=True):
    """One sample: its inputs, the original's answer, each file's; `None` where there is no ground truth."""

    name: str
    pictures: tuple[Picture, ...]


class Worst(msgspec.Struct, frozen=True):
    """A file's answer to the sample that it does worst on, and where it is another than the original's."""

    sample: str
    found: Picture
    difference: Picture


def strips(network: str, grid: Grid) -> tuple[Strip, ...]:
    """Return a grid's rows."""
    rows = []
    for row in grid.rows:
        name = row[0].caption if grid.columns[0] == "photo" else f"{row[0].caption} + {row[1].caption}"
        pictures = [
            _picture((title, cell.caption, f"{network}, {name}: {title}"), cell.picture)
            for title, cell in zip(grid.columns, row, strict=True)
            if cell.picture is not None
        ]
        rows.append(Strip(name, tuple(pictures)))
    return tuple(rows)


def worst(known: Shown, one: Result) -> Worst:
    """Show what a file makes of the sample that it does worst on."""
    evidence, sample = known.evidence, figures.worst(one.judged.pictures)
    found, original = evidence.found[one.name][sample], evidence.original[sample]
    row, column = list(evidence.original).index(sample), known.grid.columns.index(one.name)
    drawn = known.grid.rows[row][column]
    if found.ndim == original.ndim == 2:  # noqa: PLR2004  labels
        photo = shown(sample, (original.shape[0], original.shape[1]))
        difference, said = illustrations.of_labels(photo, found, original), illustrations.LABELS
    else:
        difference, said = illustrations.of_pictures(found, original), illustrations.PICTURES
    if np.array_equal(found, original):
        said = illustrations.NONE
    where = f"{evidence.section.name}, {one.name}, {stems(sample)}"
    return Worst(
        stems(sample),
        _picture((one.name, drawn.caption, f"{where}: what it finds"), _small(drawn.picture)),
        _picture(("difference", said, f"{where}: difference from the original; {said}"), _small(difference)),
    )


def jpeg(caption: str, alt: str, data: bytes) -> Picture:
    """Return a JPEG as it is."""
    with Image.open(BytesIO(data)) as image:
        width, height = image.size
    return Picture("", caption, alt, _address(data), width, height)


def _small(pixels: Pixels | None) -> Pixels | None:
    return None if pixels is None else resize(pixels, *fitted(pixels.shape[:2], WORST_SIDE))


def _picture(words: tuple[str, str, str], pixels: Pixels | None) -> Picture:
    """Make a picture of title, caption, alternative text and pixels."""
    image = Image.fromarray(np.zeros((1, 1, 3), np.uint8) if pixels is None else np.ascontiguousarray(pixels))
    stream = BytesIO()
    # WebP is a quarter smaller and takes four times as long, which hundreds of files would feel
    image.save(stream, format="JPEG", quality=80, optimize=True)
    return Picture(*words, _address(stream.getvalue()), image.width, image.height)


def _address(data: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode('ascii')}"
