"""Pictures side by side, with titles, captions and a legend."""

from collections.abc import Iterable, Sequence
from functools import cache
from io import BytesIO

import msgspec
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from litemill.tasks.images import Pixels, resize

Colour = tuple[int, int, int]


CELL = 150  # pixels of a picture's longer side


GAP = 6


TITLE_HEIGHT, CAPTION_HEIGHT, LEGEND_HEIGHT = 22, 18, 26


INK, FAINT, FAILING, PAPER = (28, 30, 33), (96, 102, 110), (190, 30, 30), (255, 255, 255)


# the font that comes with Pillow: the same on every machine
TITLE_FONT, CAPTION_FONT = ImageFont.load_default(14), ImageFont.load_default(12)


class Cell(msgspec.Struct, frozen=True):
    """A picture, uint8 [h, w, 3], or none; and what stands below it."""

    picture: Pixels | None
    caption: str = ""


class Grid(msgspec.Struct, frozen=True):
    """Rows of cells below the columns' titles, those of `failing` in red; a legend of names and colours."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    failing: frozenset[str] = frozenset()
    legend: tuple[tuple[str, Colour], ...] = ()


def fitted(size: tuple[int, int], side: int = CELL) -> tuple[int, int]:
    """Return height and width of a picture whose longer side is at most `side` pixels: that of a cell."""
    height, width = size
    scale = min(1.0, side / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def draw(grid: Grid) -> Image.Image:
    """Lay the grid out, pictures shrunk to their cells; each row is as high as its highest picture."""
    grid = Grid(grid.columns, tuple(tuple(map(_shrunk, row)) for row in grid.rows), grid.failing, grid.legend)
    heights = [max((cell.picture.shape[0] for cell in row if cell.picture is not None), default=0) for row in grid.rows]
    width = GAP + len(grid.columns) * (CELL + GAP)
    height = (
        TITLE_HEIGHT + sum(heights) + len(heights) * (CAPTION_HEIGHT + GAP) + (LEGEND_HEIGHT if grid.legend else GAP)
    )
    image = Image.new("RGB", (width, height), PAPER)
    pen = ImageDraw.Draw(image)
    for index, title in enumerate(grid.columns):
        colour = FAILING if title in grid.failing else INK
        pen.text((_centre(index), TITLE_HEIGHT / 2), title, colour, TITLE_FONT, "mm")
    top = TITLE_HEIGHT
    for row, row_height in zip(grid.rows, heights, strict=True):
        for index, cell in enumerate(row):
            _draw_cell(image, pen, cell, (index, top, row_height))
        top += row_height + CAPTION_HEIGHT + GAP
    _draw_legend(pen, grid.legend, top)
    return image


def png(image: Image.Image) -> bytes:
    """Return a picture as PNG; the same picture gives the same bytes."""
    stream = BytesIO()
    image.save(stream, format="PNG", optimize=True)
    return stream.getvalue()


def jpeg(image: Image.Image) -> bytes:
    """Return a picture of photos as JPEG, colours at full resolution so that text stays sharp."""
    stream = BytesIO()
    image.save(stream, format="JPEG", quality=88, subsampling=0)
    return stream.getvalue()


def _shrunk(cell: Cell) -> Cell:
    """Return a cell with its picture at the size at which it is drawn."""
    if cell.picture is None:
        return cell
    return Cell(resize(cell.picture, *fitted(cell.picture.shape[:2])), cell.caption)


def _centre(index: int) -> float:
    """Return the middle of a column."""
    return GAP + index * (CELL + GAP) + CELL / 2


def _draw_cell(image: Image.Image, pen: ImageDraw.ImageDraw, cell: Cell, place: tuple[int, int, int]) -> None:
    """Draw a cell at its column, the top and the height of its row."""
    index, top, height = place
    middle = _centre(index)
    if cell.picture is None:
        pen.text((middle, top + height / 2), cell.caption, FAINT, CAPTION_FONT, "mm")
        return
    own_height, own_width = cell.picture.shape[:2]
    corner = (round(middle - own_width / 2), top + (height - own_height) // 2)
    image.paste(Image.fromarray(np.ascontiguousarray(cell.picture)), corner)
    caption = cell.caption
    while CAPTION_FONT.getlength(caption) > CELL:
        caption = caption.rstrip("…")[:-1] + "…"
    pen.text((middle, top + height + CAPTION_HEIGHT / 2), caption, FAINT, CAPTION_FONT, "mm")


def _draw_legend(pen: ImageDraw.ImageDraw, legend: tuple[tuple[str, Colour], ...], top: int) -> None:
    """Draw a swatch and a name for each entry, in a line."""
    left = float(GAP)
    for name, colour in legend:
        pen.rectangle((left, top + 4, left + 14, top + 18), colour)
        pen.text((left + 20, top + 11), name, INK, CAPTION_FONT, "lm")
        left += 36 + CAPTION_FONT.getlength(name)


BACKGROUND, NOT_JUDGED = 0, 255


OPACITY = np.float32(0.72)


WHITE = np.float32(255)


# how much of each channel the eye takes for brightness (ITU-R BT.601)
LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@cache
def colours() -> Pixels:
    """Return PASCAL VOC's colour map, uint8 [256, 3]: a class's bits, dealt to red, green and blue in turn."""
    found = np.zeros((256, 3), np.uint8)
    classes = np.arange(256)
    for place in range(8):
        for channel in range(3):
            bit = (classes >> (3 * place + channel)) & 1
            found[:, channel] |= (bit << (7 - place)).astype(np.uint8)
    return found


def overlay(pixels: Pixels, labels: Pixels) -> Pixels:
    """Draw labels [h, w] over a picture [h, w, 3], greyed and paled so that only they have colour.

    The background stays grey; what a ground truth does not judge is white.
    """
    pale = (WHITE + pixels.astype(np.float32) @ LUMA) / 2
    drawn = np.repeat(np.round(pale).astype(np.uint8)[..., None], 3, axis=-1)
    found = (labels != BACKGROUND) & (labels != NOT_JUDGED)
    under = pale[found][:, None]
    drawn[found] = np.round(under + OPACITY * (colours()[labels[found]] - under))
    drawn[labels == NOT_JUDGED] = WHITE
    return drawn


def legend(labels: Iterable[Pixels], names: Sequence[str]) -> tuple[tuple[str, Colour], ...]:
    """Return name and colour of each class that occurs, as it is drawn over a middling grey; no background."""
    occurring: set[int] = set()
    for one in labels:
        occurring |= set(np.unique(one).tolist())
    grey = np.full((1, 1, 3), 128, np.uint8)
    found = []
    for label in sorted(occurring - {BACKGROUND, NOT_JUDGED}):
        red, green, blue = overlay(grey, np.full((1, 1), label, np.uint8))[0, 0].tolist()
        found.append((names[label], (red, green, blue)))
    return tuple(found)
