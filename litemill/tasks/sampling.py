"""Which pictures become which inputs: what calibrates a network, and what judges it."""

import numpy as np

from litemill.core import paths
from litemill.core.catalog import Crop, Entry
from litemill.core.errors import SettingsError
from litemill.core.npz import Arrays
from litemill.core.params import Images, Kind, Network
from litemill.tasks import pictures, segmentation, stylization
from litemill.tasks.pictures import Floats

KINDS: tuple[Kind, ...] = ("calibration", "evaluation")

# the style size that the Magenta networks were trained on
STYLE_SIZE = (256, 256)


def names(network: Network, images: Images, kind: Kind) -> tuple[str, ...]:
    """Give a network's samples by name: a picture, or `content + style` for the transfer network.

    Any picture can be a style, so content pictures help to calibrate predict where paintings are few. Contents and
    styles are paired in turn, twice round the longer list.
    """
    content, style = images.content.of(kind), images.style.of(kind)
    if network.part == "predict":
        return style + content if kind == "calibration" else style
    if network.part == "transfer":
        # the second round moves on by one, so that equally many contents and styles meet others, too
        length = max(len(content), len(style))
        turns = [(turn, turn + turn // length) for turn in range(2 * length)]
        pairs = (f"{content[one % len(content)]} + {style[other % len(style)]}" for one, other in turns)
        return tuple(dict.fromkeys(pairs))
    return images.segmentation.of(kind)


def style_of(sample: str) -> str:
    """Give the painting of a sample named `content + style`."""
    return sample.split(" + ")[1]


def collect(network: Network, entry: Entry, sample_names: tuple[str, ...]) -> Arrays:
    """Give the inputs of a network by role, [n, height, width, 3] each; a transfer network's bottleneck is left open.

    For the transfer network `style` holds the paintings that the bottlenecks are of.
    """
    if network.part is None:
        return {"image": np.stack([_image(name, entry, network.input) for name in sample_names])}
    if network.part == "predict":
        return {"style": np.stack([stylized(name, network.input) for name in sample_names])}
    pairs = [name.split(" + ") for name in sample_names]
    return {
        "content": np.stack([stylized(content, network.input) for content, _ in pairs]),
        "style": np.stack([stylized(style, STYLE_SIZE) for _, style in pairs]),
    }


def crop_of(entry: Entry) -> Crop:
    """Give the pre-processing of a segmentation source; SettingsError where the catalogue has none."""
    if entry.crop is None:
        raise SettingsError(f"{paths.CATALOG}: a segmentation source without a crop", remedy="add crop: {size: [h, w]}")
    return entry.crop


def _image(name: str, entry: Entry, size: tuple[int, int]) -> Floats:
    return segmentation.prepare(pictures.read(paths.IMAGES / name), crop_of(entry), size)


def stylized(name: str, size: tuple[int, int]) -> Floats:
    """Give a picture as a stylization network takes it."""
    return stylization.prepare(pictures.read(paths.IMAGES / name), size)
