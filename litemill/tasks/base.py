"""What a task is: the facts that settings and reports need, and where its array half and its graph half lie.

Nothing here imports NumPy or TensorFlow: `plan` reads the facts, and what judges needs no TensorFlow.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from litemill.ground.npz import Arrays
    from litemill.settings.catalog import Entry
    from litemill.settings.images import Images, Kind
    from litemill.settings.network import Network
    from litemill.tasks.case import Case, Figures, Judgement

# what leaves a network, as a person sees it: a class for each pixel, a picture, or numbers that are none
Answer = Literal["labels", "picture", "numbers"]


class ArrayHalf(Protocol):
    """What a task does with arrays: pictures become inputs, outputs become figures; NumPy, no TensorFlow."""

    def collect(self, network: Network, entry: Entry, samples: Sequence[str]) -> Arrays:
        """Return the inputs of a network by role, [n, ...] each; what only the original can give is left out."""

    def judge(self, outputs: Sequence[npt.NDArray[np.float32]], size: tuple[int, int], case: Case) -> Judgement:
        """Hold the outputs of a file, which takes pictures of `size`, against the original's."""

    def originals(self, reference: Arrays, count: int) -> list[npt.NDArray[Any]]:
        """Return the original's answer to each of `count` samples, in the form of `Judgement.outputs`."""

    def truth(self, case: Case) -> Figures:
        """Hold the original against the ground truth; nothing where there is none."""


class Task(ABC):
    """One kind of network. A new task is a subclass, and an entry in `litemill.tasks.registry`.

    Attributes
    ----------
    name
        As `Network.task` has it.
    source, part
        `task` and `part` of the sources that it is made of, as the catalogue has them.
    package
        Of its modules; `graph` in it holds the graph half, `GRAPH` (`litemill.graphs.halves`).
    pictures
        The roles of the pictures that a sample is made of.
    inputs
        The roles of the network's inputs, in the order in which its TFLite file has them. One that is no picture is a
        vector [1, 1, 1, n], which the original gives.
    outputs
        The roles that may leave it.
    figures
        The figures of accuracy that are measured; files are weighed by the first. More is better.
    answer
        What a person sees of an output.
    shown
        Titles of a sample's pictures in the report.
    does
        What the network does with pictures, for captions: "pictures stylized by".
    card
        What a model card says that the network does; `{classes}` stands for the channels of its output.
    meanings
        What a tensor that is no picture to be fed holds, by role, for the metadata of a shipped file.
    """

    name: ClassVar[str]
    source: ClassVar[str]
    part: ClassVar[Literal["predict", "transfer"] | None] = None
    package: ClassVar[str]
    pictures: ClassVar[tuple[str, ...]]
    inputs: ClassVar[tuple[str, ...]]
    outputs: ClassVar[tuple[str, ...]]
    figures: ClassVar[tuple[str, ...]]
    answer: ClassVar[Answer]
    shown: ClassVar[tuple[str, ...]] = ("photo",)
    does: ClassVar[str]
    card: ClassVar[str]
    meanings: ClassVar[Mapping[str, str]] = {}

    @property
    @abstractmethod
    def arrays(self) -> ArrayHalf:
        """The array half, imported when it is asked for."""

    @abstractmethod
    def samples(self, images: Images, kind: Kind) -> tuple[str, ...]:
        """Return the samples that calibrate or judge, by name: a picture, or several (`sample_names.joined`)."""

    def truth(self, images: Images) -> dict[str, str]:  # noqa: ARG002  most tasks have none
        """Return the ground truth of evaluation pictures, below `data/images`."""
        return {}

    def output(self, network: Network) -> str:  # noqa: ARG002  most tasks have one
        """Return the role of what leaves a network."""
        return self.outputs[0]

    def cuts(self, network: Network) -> set[str]:
        """Return the roles that a source must have a cut for."""
        return {*self.inputs, *self.pictures, self.output(network)}

    def leaves(self, role: str, size: tuple[int, int]) -> tuple[int, int] | None:  # noqa: ARG002  of one output
        """Return height and width of an output where the input has `size`; None where any will do."""
        return size
