"""Pictures as a network's inputs: what calibrates it, and what judges it."""

import numpy as np

from litemill.ground import project
from litemill.ground.errors import SettingsError
from litemill.ground.npz import Arrays
from litemill.settings.catalog import Crop, Entry
from litemill.settings.network import Network
from litemill.tasks import images, segmentation, stylization
from litemill.tasks.images import Floats

# the style size that the Magenta networks were trained on
STYLE_SIZE = (256, 256)


def collect(network: Network, entry: Entry, sample_names: tuple[str, ...]) -> Arrays:
    """Return the inputs of a network by role, [n, height, width, 3] each; a transfer network's bottleneck is left open.

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
    """Return the pre-processing of a segmentation source; SettingsError where the catalogue has none."""
    if entry.crop is None:
        raise SettingsError(
            f"{project.CATALOG}: a segmentation source without a crop", remedy="add crop: {size: [h, w]}"
        )
    return entry.crop


def _image(name: str, entry: Entry, size: tuple[int, int]) -> Floats:
    return segmentation.prepare(images.read(project.IMAGES / name), crop_of(entry), size)


def stylized(name: str, size: tuple[int, int]) -> Floats:
    """Return a picture as a stylization network takes it."""
    return stylization.prepare(images.read(project.IMAGES / name), size)
