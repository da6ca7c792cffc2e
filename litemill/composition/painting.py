"""A photo stylized beyond the size of the transfer network: coarse to fine, in tiles.

At its own input size the network lays out colours and large shapes. At twice that, tile by tile, it draws finer
strokes; but it sees no further than a tile, and normalizes each by itself, so that tiles alone would fall apart in
colour. Hence each step takes the coarse part from the step before it, and only what is finer from its own tiles.
"""

from collections.abc import Callable

import numpy as np

from litemill.composition.matte import blurred
from litemill.runtime import Model
from litemill.tasks import images
from litemill.tasks.images import Floats, Pixels
from litemill.tasks.segmentation import pixels as segmentation
from litemill.tasks.stylization import pixels as stylization

Draw = Callable[[Floats], Floats]

# of the network's input: two tiles that overlap, drawn fine and then shrunk, lose the network's checkered grain;
# beyond four times the input, strokes are too fine to be seen as such
SMALLEST, LARGEST = 1.75, 4.0
# pixels that neighbouring tiles share at the least, and over which one passes into the other
OVERLAP = 96
# of the blur, in pixels, that tells what is coarse from what is fine
COARSE = 16.0


def painted(predict: Model, transfer: Model, photo: Pixels, style: Pixels) -> Floats:
    """Return a photo in a painting's style, float32 [h, w, 3] in [0, 1], at a size of its own and the photo's shape."""
    bottleneck = predict.run({"style": stylization.prepare(style, predict.size("style"))})
    tile = transfer.size("content")

    def draw(content: Floats) -> Floats:
        return np.clip(transfer.run({"content": content, "bottleneck": bottleneck}), 0, 1)

    needed = max(whole / side for whole, side in zip(photo.shape[:2], tile, strict=True))
    return np.clip(step(draw, photo, tile, min(max(needed, SMALLEST), LARGEST)), 0, 1)


def step(draw: Draw, photo: Pixels, tile: tuple[int, int], scale: float) -> Floats:
    """Stylize a photo at `scale` times the tile's size, its coarse part taken from half of that."""
    bounds = (int(tile[0] * scale), int(tile[1] * scale))
    height, width = segmentation.fitted(photo.shape[:2], bounds, "fit")
    fine = tiled(draw, images.shares(images.resize(photo, height, width)), tile)
    if scale <= 1:
        return fine
    coarse = step(draw, photo, tile, max(scale / 2, 1.0))
    return fine + blurred(images.enlarged(coarse, (height, width)) - fine, COARSE)


def tiled(draw: Draw, content: Floats, tile: tuple[int, int]) -> Floats:
    """Stylize [h, w, 3] tile by tile, each passing softly into the next."""
    height, width = content.shape[:2]
    total, weights = np.zeros_like(content), np.zeros((height, width, 1), np.float32)
    window = (_ramp(tile[0])[:, None] * _ramp(tile[1]))[..., None]
    for top in _starts(height, tile[0]):
        for left in _starts(width, tile[1]):
            place = np.s_[top : top + tile[0], left : left + tile[1]]
            piece = content[place]
            rows, columns = piece.shape[:2]
            # where the picture is smaller than a tile, its mirror image goes on
            whole = np.pad(piece, ((0, tile[0] - rows), (0, tile[1] - columns), (0, 0)), mode="symmetric")
            total[place] += draw(whole)[:rows, :columns] * window[:rows, :columns]
            weights[place] += window[:rows, :columns]
    return total / weights


def _starts(size: int, tile: int) -> list[int]:
    """Return where tiles begin on an axis: as few as overlap enough, evenly spread."""
    overlap = min(OVERLAP, tile // 2)
    count = max(1, -(-(size - overlap) // (tile - overlap)))
    return [round(one * max(0, size - tile) / max(1, count - 1)) for one in range(count)]


def _ramp(tile: int) -> Floats:
    """Return a tile's weight along an axis: it rises over the overlap, and is never 0."""
    at = np.arange(tile, dtype=np.float32)
    return np.minimum(np.minimum(at + 1, tile - at) / min(OVERLAP, tile // 2), 1)
