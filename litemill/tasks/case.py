"""What files are judged by, and what comes of it."""

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from litemill.ground.npz import Arrays
from litemill.settings.catalog import Entry
from litemill.settings.network import Network
from litemill.tasks.images import Floats

Figures = dict[str, float]


class Runs(Protocol):
    """What judges need of a file: `litemill.runtime.Model` here, or the same elsewhere."""

    def size(self, role: str) -> tuple[int, int]:
        """Return height and width of an input."""

    def run(self, values: Mapping[str, npt.NDArray[Any]]) -> Floats:
        """Return the output for inputs by role, without the batch axis."""


class Judgement(msgspec.Struct, frozen=True):
    """What a file says, and how near that is to the original.

    Parameters
    ----------
    metrics, pictures, class_iou
        Figures over all evaluation pictures, a picture, and by class of the ground truth.
    outputs
        By picture: labels uint8 [h, w] at its own size, a stylized picture uint8 [h, w, 3], or a bottleneck.
    """

    metrics: Figures
    pictures: dict[str, Figures]
    outputs: tuple[npt.NDArray[np.generic], ...]
    class_iou: Figures = {}


class Case(msgspec.Struct, frozen=True):
    """What files of one network are judged by.

    Parameters
    ----------
    settings, entry, truth
        The network, its source, and the ground truth of its evaluation pictures, below `data/images`.
    names, inputs
        The evaluation samples: names, and arrays by role.
    reference
        What the original says to them.
    class_names
        Of a segmentation network.
    """

    settings: Network
    entry: Entry
    truth: dict[str, str]
    names: tuple[str, ...]
    inputs: Arrays
    reference: Arrays
    class_names: tuple[str, ...] = ()
