"""Style transfer in arrays: what enters predict and transfer, and what leaves them held against the original's."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from litemill.ground import project
from litemill.ground.npz import Arrays
from litemill.settings.catalog import Entry
from litemill.settings.network import Network
from litemill.tasks import images, sample_names
from litemill.tasks.case import Case, Figures, Judgement
from litemill.tasks.images import Floats
from litemill.tasks.metrics import summary
from litemill.tasks.stylization import pixels

# the style size that the Magenta networks were trained on
STYLE_SIZE = (256, 256)


def prepared(name: str, size: tuple[int, int]) -> Floats:
    """Return a picture as a stylization network takes it."""
    return pixels.prepare(images.read(project.IMAGES / name), size)


def style_of(sample: str) -> str:
    """Return the painting of a transfer network's sample."""
    return sample_names.pictures(sample)[1]


class PredictArrays:
    """The array half of predict."""

    def collect(self, network: Network, entry: Entry, samples: Sequence[str]) -> Arrays:  # noqa: ARG002  of any source
        """Return the paintings."""
        return {"style": np.stack([prepared(name, network.input) for name in samples])}

    def judge(self, outputs: Sequence[Floats], size: tuple[int, int], case: Case) -> Judgement:  # noqa: ARG002
        """Judge the bottlenecks."""
        pairs = zip(case.names, outputs, case.reference["bottleneck"], strict=True)
        figures = {name: pixels.judge_bottleneck(found, original) for name, found, original in pairs}
        return Judgement(summary(figures.values()), figures, tuple(outputs))

    def originals(self, reference: Arrays, count: int) -> list[npt.NDArray[Any]]:
        """Return the original's bottlenecks."""
        return list(reference["bottleneck"][:count])

    def truth(self, case: Case) -> Figures:  # noqa: ARG002  there is none
        """Return nothing: no truth is known."""
        return {}


class TransferArrays:
    """The array half of transfer."""

    def collect(self, network: Network, entry: Entry, samples: Sequence[str]) -> Arrays:  # noqa: ARG002  of any source
        """Return contents, and the paintings that the bottlenecks are of."""
        pairs = [sample_names.pictures(name) for name in samples]
        return {
            "content": np.stack([prepared(content, network.input) for content, _ in pairs]),
            "style": np.stack([prepared(style, STYLE_SIZE) for _, style in pairs]),
        }

    def judge(self, outputs: Sequence[Floats], size: tuple[int, int], case: Case) -> Judgement:  # noqa: ARG002
        """Judge the stylized pictures."""
        pairs = zip(case.names, outputs, case.reference["stylized"], strict=True)
        figures = {name: pixels.judge_picture(found, original) for name, found, original in pairs}
        return Judgement(summary(figures.values()), figures, tuple(pixels.shown(output) for output in outputs))

    def originals(self, reference: Arrays, count: int) -> list[npt.NDArray[Any]]:
        """Return the original's pictures, uint8."""
        return [pixels.shown(picture.astype(np.float32)) for picture in reference["stylized"][:count]]

    def truth(self, case: Case) -> Figures:  # noqa: ARG002  there is none
        """Return nothing: no truth is known."""
        return {}


PREDICT_ARRAYS, TRANSFER_ARRAYS = PredictArrays(), TransferArrays()
