"""The cuts of a graph that nobody has named: found from how values flow through it."""

from collections.abc import Mapping

from litemill.graphs.find_segmentation import find_segmentation
from litemill.graphs.find_stylization import find_stylization
from litemill.graphs.graph import WEIGHING, Cuts, SourceGraph, is_vector
from litemill.ground.errors import GraphError


def find(whole: SourceGraph, pins: Mapping[str, str] | None = None) -> Cuts:
    """Find a graph's task and cuts.

    Parameters
    ----------
    whole
        The graph, as it was published.
    pins
        Role to node, where a catalogue entry pins some.

    Raises
    ------
    GraphError
        It is neither of the two tasks, or its cuts are not found; the candidates are shown.
    """
    pins = pins or {}
    for node in pins.values():
        whole.shape(node)
    inputs = [name for name in whole.placeholders() if _feeds_network(whole, name)]
    if not inputs:
        raise GraphError(
            "no picture enters the graph",
            expected="a placeholder [1, height, width, 3] ahead of convolutions",
            remedy="see that the graph is frozen, and one of vision",
        )
    if len(inputs) == 1 and not _narrows_to_vector(whole, inputs[0]):
        return find_segmentation(whole, inputs[0], pins)
    return find_stylization(whole, pins)


def _feeds_network(whole: SourceGraph, name: str) -> bool:
    return any(whole.flow.op(node) in WEIGHING for node in whole.flow.behind(name))


def _narrows_to_vector(whole: SourceGraph, name: str) -> bool:
    """Tell whether what leaves is one row and one column, however large the picture."""
    return all(is_vector(whole.shape(end)) for end in whole.flow.ends(name))
