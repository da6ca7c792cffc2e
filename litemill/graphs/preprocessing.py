"""What a segmentation graph does to a picture ahead of its network, learnt by asking it rather than by reading its ops.

Plain pictures of several sizes go in. Where two of them differ at the cut is the picture, the rest is padding; how the
values differ gives divisor and offset. So it does not matter how an exporter writes these steps.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from tensorflow.core.framework.node_def_pb2 import NodeDef

from litemill.graphs.run import TooLargeError
from litemill.ground.errors import GraphError
from litemill.records.store import SIGNIFICANT_DIGITS
from litemill.settings.catalog import Corners, Crop, Fit
from litemill.tasks.images import Floats, Pixels
from litemill.tasks.segmentation.pixels import fitted

Size = tuple[int, int]


Ask = Callable[[Pixels], Floats]


FITS: tuple[Fit, ...] = ("shrink", "fit", "stretch", "none")


# wide, tall and square ones: graphs that fit the longest side alone can't take them all into any crop
SMALL: tuple[Size, ...] = ((8, 12), (12, 9), (10, 10), (5, 16), (16, 5))


BLACK, GREY, WHITE = (0, 0, 0), (100, 150, 200), (255, 255, 255)


# divisors that exporters write, of which a measured one differs by its rounding
DIVISORS = (127.5, 255.0, 128.0, 256.0, 1.0)


ROUNDING = 1e-6


TINY = 1e-9


IMAGE_RANK = 4


# the catalogue takes no larger one, and a smaller one can not be probed
MIN_SIDE, MAX_SIDE = 16, 8192


REMEDY = "pin another node as cut: image in the catalogue entry"


def understand(ask: Ask, fixed: Size | None, corners: Corners) -> Crop:
    """Return the pre-processing between a graph's picture and a tensor.

    Parameters
    ----------
    ask
        Gives the tensor, float32 [1, h, w, 3], for a picture uint8 [h, w, 3].
    fixed
        The one size that the graph takes, if it takes no other.
    corners
        How the picture's resize counts; known from its op.

    Raises
    ------
    GraphError
        The tensor has no fixed shape, or is not the picture, made to fit, padded, scaled and shifted.
    """
    shapes = _shapes(ask, (fixed,) if fixed else SMALL)
    size = crop_size(shapes.values())
    probes = _Probes(ask, size, next(iter(shapes)))
    extents = {picture: probes.extent(picture) for picture in _sizes(size, fixed)}
    fits = [fit for fit in FITS if _explains(fit, extents, size)]
    if not fits:
        shown = ", ".join(
            f"{shape(picture)} becomes {shape(found) if found else 'an error'}" for picture, found in extents.items()
        )
        raise GraphError(
            "the picture's resizing is none that is known", expected=", ".join(FITS), got=shown, remedy=REMEDY
        )
    divisor, offset = probes.normalization()
    return Crop(size, probes.pad_value(1 / divisor, offset), divisor, offset, fits[0], corners)


def _shapes(ask: Ask, sizes: Iterable[Size]) -> dict[Size, tuple[int, ...]]:
    """Return the tensor's shape for each size of picture that the graph takes; GraphError if it takes none."""
    shapes: dict[Size, tuple[int, ...]] = {}
    refused: GraphError | None = None
    for size in sizes:
        try:
            shapes[size] = ask(plain(WHITE, size)).shape
        except TooLargeError:
            raise
        except GraphError as error:
            refused = error
    if not shapes and refused is not None:
        raise refused
    return shapes


def crop_size(shapes: Iterable[tuple[int, ...]]) -> Size:
    """Return height and width of an image tensor; GraphError where it has several shapes, or none of an image."""
    found = sorted(set(shapes))
    if len(found) > 1:
        raise GraphError("the shape is not fixed", got=" and ".join(map(shape, found)), remedy=REMEDY)
    if len(found[0]) != IMAGE_RANK or (found[0][0], found[0][3]) != (1, 3):
        raise GraphError("is no image", expected="[1, height, width, 3]", got=shape(found[0]), remedy=REMEDY)
    size = found[0][1], found[0][2]
    if not MIN_SIDE <= min(size) <= max(size) <= MAX_SIDE:
        raise GraphError(
            "the crop can't be one",
            expected=f"sides of {MIN_SIDE} to {MAX_SIDE} pixels",
            got=shape(size),
            remedy=REMEDY,
        )
    return size


def corners_of(resizes: Sequence[NodeDef], kind: str) -> Corners:
    """Say how resizes count; GraphError where they differ, or are of another kind than `kind`."""
    others = {node.op for node in resizes} - {kind}
    if others:
        raise GraphError("an unknown resize", expected=kind, got=", ".join(sorted(others)), remedy=REMEDY)
    found = {
        "aligned" if node.attr["align_corners"].b else "half_pixel" if node.attr["half_pixel_centers"].b else "left"
        for node in resizes
    }
    if len(found) > 1:
        raise GraphError(
            "the resizes count differently",
            expected="one of aligned, left, half_pixel",
            got=", ".join(sorted(found)),
            remedy=REMEDY,
        )
    known: Mapping[str, Corners] = {"aligned": "aligned", "left": "left", "half_pixel": "half_pixel"}
    return known[found.pop()] if found else "aligned"


def plain(colour: tuple[int, int, int], size: Size) -> Pixels:
    """Return a picture of one colour."""
    return np.full((*size, 3), colour, np.uint8)


def short(value: float) -> float:
    """Return a number with as many digits as records keep, and 0 without a sign."""
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}") + 0.0


def shape(sides: Sequence[int]) -> str:
    """Write a shape."""
    return "x".join(map(str, sides))


def _sizes(crop: Size, fixed: Size | None) -> list[Size]:
    """Return the sizes of pictures that tell the ways of fitting apart."""
    if fixed:
        return [fixed]
    height, width = crop
    # odd divisors, so that a size computed with another rounding shows
    return [
        *SMALL,
        (height // 2, width // 3),
        (height // 3, width // 2),
        (height, width),
        (height // 2, width * 5 // 3),
        (height * 7 // 4, width // 2),
        (height * 2 + 1, width * 3 // 2),
        (height * 4 // 3, width * 2 + 3),
    ]


def _explains(fit: Fit, extents: Mapping[Size, Size | None], crop: Size) -> bool:
    """Tell whether a way of fitting gives the sizes that were seen, None that of a picture that the graph can't take.

    Graphs that fit the longest side alone can't take a tall picture into a wide crop, and take others all the same.
    """
    seen = {picture: found for picture, found in extents.items() if found}
    larger = [picture for picture in extents if picture[0] > crop[0] or picture[1] > crop[1]]
    taken = any(picture in seen for picture in larger)
    if larger and taken == (fit == "none"):
        return False
    return bool(seen) and all(fitted(picture, crop, fit) == found for picture, found in seen.items())


class _Probes:
    """What a graph makes of plain pictures."""

    def __init__(self, ask: Ask, size: Size, small: Size) -> None:
        self.ask, self.size = ask, size
        self.black, self.grey, self.white = (ask(plain(colour, small))[0] for colour in (BLACK, GREY, WHITE))
        self.picture = (self.black != self.white).all(-1)

    def extent(self, picture: Size) -> Size | None:
        """Return height and width of the picture in the crop; None where the graph can't take one of that size."""
        try:
            black, white = self.ask(plain(BLACK, picture)), self.ask(plain(WHITE, picture))
        except TooLargeError:
            raise
        except GraphError:
            return None
        if black.shape != (1, *self.size, 3) or white.shape != black.shape:
            return None
        differ = (black[0] != white[0]).all(-1)
        rows, columns = int(differ.any(1).sum()), int(differ.any(0).sum())
        if not rows or not differ[:rows, :columns].all() or differ.sum() != rows * columns:
            raise GraphError(
                "the picture is not whole in the crop's upper left corner",
                got=f"{shape(picture)} pixels went in",
                remedy=REMEDY,
            )
        return rows, columns

    def normalization(self) -> tuple[float, float]:
        """Return divisor and offset; GraphError where pixels come through otherwise."""
        inside = self.white[self.picture].astype(np.float64) - self.black[self.picture]
        scale = float(inside.mean()) / 255
        if not TINY < abs(scale) < 1 / TINY:
            raise GraphError("pixels do not come through", got=f"scale {scale:g}", remedy=REMEDY)
        divisor = next((known for known in DIVISORS if abs(scale * known - 1) <= ROUNDING), short(1 / scale))
        scale, offset = 1 / divisor, short(round(float(self.black[self.picture].mean(dtype=np.float64)), 6))
        for colour, found in ((BLACK, self.black), (GREY, self.grey), (WHITE, self.white)):
            wrong = np.abs(found[self.picture] - (np.array(colour) * scale + offset)).max()
            if wrong > abs(scale) / 10:
                raise GraphError(
                    "pixels do not come through as pixel / divisor + offset, alike in red, green and blue",
                    expected=f"divisor {divisor:g}, offset {offset:g}",
                    got=f"an error of {wrong:.3g}",
                    remedy=REMEDY,
                )
        return divisor, offset

    def pad_value(self, scale: float, offset: float) -> float:
        """Return what the padding holds, in the scale of pixels."""
        padding = self.white[~self.picture]
        if not padding.size:
            return Crop(self.size).pad_value
        if np.ptp(padding) > abs(scale) / 10:
            raise GraphError(
                "the padding is not of one value", got=f"{padding.min():g} to {padding.max():g}", remedy=REMEDY
            )
        return round((float(padding.mean(dtype=np.float64)) - offset) / scale, 3) + 0.0
