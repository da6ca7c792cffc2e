"""Pictures in and out: files to arrays, and the resizing that the original graphs do."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from litemill.ground import io
from litemill.ground.errors import PictureError
from litemill.settings.catalog import Corners
from litemill.tasks import picture_files

Pixels = npt.NDArray[np.uint8]


Floats = npt.NDArray[np.float32]


WRITTEN = (".png", ".jpg", ".jpeg")


JPEG_QUALITY = 90


def read(path: Path) -> Pixels:
    """Read a picture as uint8 [height, width, 3], upright; PictureError where it is missing, none, or too large."""
    with picture_files.opened(path) as picture:
        return np.asarray(picture.convert("RGB"))


def read_labels(path: Path) -> Pixels:
    """Read a picture of class numbers as uint8 [height, width]."""
    with picture_files.opened_labels(path) as picture:
        return np.asarray(picture)


def write(path: Path, pixels: Pixels) -> None:
    """Write uint8 [height, width, 3] as PNG, or as JPEG where the path ends so, whole or not at all."""
    with io.replacing(path) as new:
        if path.suffix.lower() == ".png":
            Image.fromarray(pixels).save(new, format="PNG")
        else:
            Image.fromarray(pixels).save(new, format="JPEG", quality=JPEG_QUALITY, optimize=True)


def check_output(path: Path, *sources: Path) -> None:
    """Raise PictureError unless `write` could write to `path`, and that is none of `sources`."""
    if path.suffix.lower() not in WRITTEN:
        raise PictureError(
            f"{path}: is no picture's name", expected=", ".join(WRITTEN), got=path.suffix or "none", remedy="rename it"
        )
    if any(path.exists() and source.exists() and path.samefile(source) for source in sources):
        raise PictureError(f"{path}: would be written over", remedy="give the output another name")


def resize(pixels: Pixels, height: int, width: int) -> Pixels:
    """Resize uint8 [h, w, 3] for showing or feeding: Lanczos, antialiased."""
    picture = Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(picture)


def shares(pixels: Pixels) -> Floats:
    """Return uint8 as float32 in [0, 1]."""
    return pixels.astype(np.float32) / np.float32(255)


def enlarged(values: Floats, size: tuple[int, int], rows: slice | None = None) -> Floats:
    """Resize float32 [h, w, channels] to `size`, height and width, or to `rows` of that: bicubic, antialiased."""
    top, bottom, _ = (rows or slice(None)).indices(size[0])
    step = values.shape[0] / size[0]
    box = (0, top * step, values.shape[1], bottom * step)
    channels = (
        Image.fromarray(channel).resize((size[1], bottom - top), Image.Resampling.BICUBIC, box)
        for channel in np.moveaxis(values, -1, 0)
    )
    return np.dstack([np.asarray(channel) for channel in channels])


def resize_bilinear(values: npt.NDArray[np.generic], height: int, width: int, corners: Corners = "aligned") -> Floats:
    """Resize [h, w, channels] as TensorFlow's ResizeBilinear does, in float32, to the last rounding.

    Source: tensorflow/core/kernels/image/resize_bilinear_op.cc.
    """
    floats = values.astype(np.float32)
    (top, bottom, y), (left, right, x) = (
        _weights(floats.shape[axis], size, corners) for axis, size in enumerate((height, width))
    )
    x, y = x[None, :, None], y[:, None, None]
    rows = floats[:, left]  # columns first: the rows that are blended once serve several new ones
    rows = rows + (floats[:, right] - rows) * x
    upper = rows[top]
    return upper + (rows[bottom] - upper) * y


def resize_nearest(
    values: npt.NDArray[np.generic], height: int, width: int, corners: Corners = "aligned"
) -> npt.NDArray[np.generic]:
    """Resize [h, w] as TensorFlow's ResizeNearestNeighbor does.

    Source: tensorflow/core/kernels/image/resize_nearest_neighbor_op.cc.
    """
    # aligned corners take the nearest, half-pixel centres and left edges the one that holds the position
    # (half a pixel added in single precision would itself be rounded up)
    shift = np.float64({"aligned": 0.5, "left": 0, "half_pixel": 0}[corners])
    rows, columns = (
        np.minimum(np.floor(_positions(size, new, corners) + shift), size - 1).astype(np.intp)
        for size, new in zip(values.shape, (height, width), strict=True)
    )
    return np.asarray(values[rows][:, columns])


def _positions(size: int, new: int, corners: Corners) -> Floats:
    """Where, on an axis of `size`, each of `new` positions lies; half-pixel ones count from the edge."""
    at = np.arange(new, dtype=np.float32)
    if corners == "aligned" and new > 1:
        return at * (np.float32(size - 1) / np.float32(new - 1))
    return (at + np.float32(0.5) if corners == "half_pixel" else at) * (np.float32(size) / np.float32(new))


def _weights(size: int, new: int, corners: Corners) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Floats]:
    """Return the lower and upper neighbours of each new position, and how far it is from the lower one."""
    at = _positions(size, new, corners)
    if corners == "half_pixel":
        at = at - np.float32(0.5)
    low = np.floor(at)
    lower, upper = np.maximum(low, 0).astype(np.intp), np.minimum(np.ceil(at), size - 1).astype(np.intp)
    return np.minimum(lower, size - 1), upper, at - low
