"""What was found in a whole graph: where to cut it, and what lies outside the cuts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.graphs.flow import Flow
from litemill.graphs.run import Runner, imported, runner
from litemill.ground.errors import GraphError
from litemill.settings.catalog import Crop, Part, Task

Array = npt.NDArray[Any]


Shape = tuple[int | None, ...]


Pins = Mapping[str, str]


# these hand on what they are given
PASSING = ("Identity", "StopGradient", "PreventGradient", "CheckNumerics", "Snapshot")


WEIGHING = frozenset(
    (
        "Conv2D",
        "DepthwiseConv2dNative",
        "Conv2DBackpropInput",
        "MatMul",
        "BatchMatMul",
        "BatchMatMulV2",
        "BatchMatMulV3",
        "Einsum",
    )
)


NUMBERS = ("uint8", "int32", "float32", "float16", "float64")


PLACEHOLDERS = ("Placeholder", "PlaceholderWithDefault")


class Cuts(msgspec.Struct, frozen=True):
    """The cuts of a graph.

    Parameters
    ----------
    task, part
        What the graph is for; `part` is None for one that does all of its task.
    cut
        Role to node, as in a catalogue entry.
    end
        The node of the graph's own last tensor.
    crop
        What happens to a picture ahead of the network (segmentation).
    candidates
        The nodes that were looked at for the cuts, the one that is likeliest first, with what speaks against them.
    """

    task: Task
    cut: dict[str, str]
    end: str
    part: Part | None = None
    crop: Crop | None = None
    candidates: tuple[str, ...] = ()


class SourceGraph:
    """A whole graph, imported once: how values flow through it, its tensors' shapes and types, and its answers.

    Parameters
    ----------
    graph
        A frozen graph that was found harmless.

    Raises
    ------
    GraphError
        It does not fit together.
    """

    def __init__(self, graph: GraphDef) -> None:
        self.graph = graph
        self.flow = Flow(graph)
        self._tensors = imported(graph)
        self._run: Runner = runner(graph)

    def shape(self, name: str) -> Shape | None:
        """Return the shape of a node's first output, None where it is open; None alone where even its rank is."""
        found = self._tensor(name).shape
        return None if found.rank is None else tuple(found.as_list())

    def dtype(self, name: str) -> str:
        """Return the type of a node's first output."""
        return str(self._tensor(name).dtype.base_dtype.name)

    def run(self, feeds: Mapping[str, Array], fetches: tuple[str, ...]) -> list[Array]:
        """Return the arrays of nodes; feeds are cast to what their placeholders take."""
        typed = {name: np.asarray(value).astype(self.dtype(name)) for name, value in feeds.items()}
        return self._run(typed, fetches)

    def ask(self, picture: str, node: str) -> Callable[[Array], Array]:
        """Return a function from a picture [h, w, 3] to a node's array."""
        return lambda pixels: self.run({picture: pixels[None]}, (node,))[0]

    def placeholders(self) -> list[str]:
        """Return the nodes by which pictures [n, h, w, c] and vectors [n, c] come in."""
        names = [name for name, node in self.flow.nodes.items() if node.op in PLACEHOLDERS]
        return [
            name
            for name in names
            if self.dtype(name) in NUMBERS and ((shape := self.shape(name)) is None or len(shape) in (2, 4))
        ]

    def _tensor(self, name: str) -> tf.Tensor:
        if name not in self.flow.nodes:
            raise GraphError(f"no node {name!r} in the graph", remedy="see the candidates: python -m litemill inspect")
        outputs = self._tensors.get_operation_by_name(name).outputs
        if not outputs:
            raise GraphError(f"node {name!r} gives no tensor", remedy="pin another node in the catalogue entry")
        return outputs[0]


def is_vector(shape: Sequence[int | None] | None) -> bool:
    """Tell whether a shape is that of one vector a picture: [n, 1, 1, c] or [n, c]."""
    return shape is not None and len(shape) in (2, 4) and all(side == 1 for side in shape[1:-1])


def without_passing(flow: Flow, name: str, passing: tuple[str, ...] = PASSING) -> str:
    """Return the node whose values `name` hands on."""
    while flow.op(name) in passing and flow.inputs[name]:
        name = flow.inputs[name][0]
    return name
