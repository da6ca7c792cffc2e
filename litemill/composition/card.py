"""A composition as it is shown: large, its photo and its style small beside it."""

from io import BytesIO

from PIL import Image

from litemill.tasks.pictures import Pixels

HEIGHT, GAP = 288, 6  # pixels
PAPER = (255, 255, 255)
QUALITY = 82  # of JPEG: a seventh of a PNG's bytes for what is a photo in part


def draw(photo: Pixels, style: Pixels, composed: Pixels) -> bytes:
    """Lay the three out, [h, w, 3] each, as JPEG; the same pictures give the same bytes."""
    small = (HEIGHT - GAP) // 2
    above, below, main = _high(photo, small), _high(style, small), _high(composed, HEIGHT)
    column = max(above.width, below.width)
    whole = Image.new("RGB", (column + GAP + main.width, HEIGHT), PAPER)
    whole.paste(above, ((column - above.width) // 2, 0))
    whole.paste(below, ((column - below.width) // 2, HEIGHT - small))
    whole.paste(main, (column + GAP, 0))
    stream = BytesIO()
    whole.save(stream, format="JPEG", quality=QUALITY, optimize=True)
    return stream.getvalue()


def _high(pixels: Pixels, height: int) -> Image.Image:
    """Give a picture at a height, its shape kept."""
    width = max(1, round(pixels.shape[1] * height / pixels.shape[0]))
    return Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS)
