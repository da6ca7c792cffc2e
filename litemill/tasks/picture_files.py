"""Files of pictures, opened and checked by Pillow alone: without NumPy, so that `plan` starts at once."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from litemill.ground.errors import PictureError

# 64 megapixels decode to 200 MB: more than any photo needs, less than hurts
MAX_PIXELS = 64_000_000
# Pillow knows more, one of which it hands to another program
FORMATS = ("BMP", "JPEG", "PNG", "WEBP")
ENDINGS = (".bmp", ".jpeg", ".jpg", ".png", ".webp")
# EXIF's orientations of a camera held on its side
SIDEWAYS = (5, 6, 7, 8)


def opened(path: Path) -> Image.Image:
    """Open and decode a picture, its size checked ahead of decoding, and turn it upright.

    Raises
    ------
    PictureError
        It is missing, none, or too large.
    """
    with _readable(path):
        picture = _measured(path)
        picture.load()
        # a camera held on its side only writes down that it was
        return ImageOps.exif_transpose(picture)


def opened_labels(path: Path) -> Image.Image:
    """Open and decode a picture of class numbers; PictureError where it is one of colours."""
    picture = opened(path)
    if picture.mode not in ("L", "P"):
        raise PictureError(
            f"{path}: is no label picture",
            expected="mode L or P",
            got=picture.mode,
            remedy="save one class number a pixel",
        )
    return picture


def pixels(path: Path) -> int:
    """Return how many pixels a picture has, from its first bytes alone; PictureError as of `opened`."""
    with _readable(path), _measured(path) as picture:
        return picture.width * picture.height


def size(path: Path) -> tuple[int, int]:
    """Return height and width of a picture, upright; PictureError as of `opened`."""
    with _readable(path), _measured(path) as picture:
        height, width = picture.height, picture.width
        return (width, height) if picture.getexif().get(ExifTags.Base.Orientation) in SIDEWAYS else (height, width)


def below(folder: Path) -> dict[str, Path]:
    """Return the pictures of a folder by their names without ending; PictureError where it holds none, or two alike."""
    found: dict[str, Path] = {}
    for path in sorted(path for path in folder.glob("*") if path.suffix.lower() in ENDINGS):
        if path.stem in found:
            raise PictureError(f"{path}: another style is called {path.stem}, too", remedy="rename one of the two")
        found[path.stem] = path
    if not found:
        raise PictureError(f"{folder}: holds no picture", remedy="put some there, or change styles in params.yaml")
    return found


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Say in the family's form why a picture can't be read."""
    try:
        yield
    except FileNotFoundError:
        raise PictureError(f"{path}: no such picture", remedy="put it there, or name another") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError(
            f"{path}: is too large", expected=f"at most {MAX_PIXELS} pixels", got=error, remedy="shrink it"
        ) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error) as error:
        raise PictureError(f"{path}: can't be read as a picture", got=error, remedy="replace it") from None


def _measured(path: Path) -> Image.Image:
    """Open a picture without decoding it; DecompressionBombError where it is too large."""
    with warnings.catch_warnings():
        # Pillow's limits lie above ours, and the lower one is but a warning
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        picture = Image.open(path, formats=FORMATS)
    if picture.width * picture.height > MAX_PIXELS:
        picture.close()
        raise Image.DecompressionBombError(f"{picture.width}x{picture.height}")
    return picture
