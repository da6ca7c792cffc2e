"""The rewrites by name, as `params.yaml` lists them for a network."""

from collections.abc import Callable, Collection

from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.records.graph import Rewritten as Outcome
from litemill.rewrites import (
    equal_resize,
    joined_convs,
    mirror_pad,
    normalized_bias,
    pooled_branch,
    style_transfer,
    upsampled_conv,
    whole_pool,
)
from litemill.rewrites.engine import Rewritten
from litemill.settings import reader

# in this order they are applied: whole networks ahead of their parts, larger parts ahead of smaller ones
REWRITES: dict[str, Callable[[GraphDef], Rewritten]] = {
    "style_transfer": style_transfer.apply,
    "equal_resize": equal_resize.apply,
    "normalized_bias": normalized_bias.apply,
    "upsampled_conv": upsampled_conv.apply,
    "mirror_pad": mirror_pad.apply,
    "pooled_branch": pooled_branch.apply,
    "whole_pool": whole_pool.apply,
    "joined_convs": joined_convs.apply,
}


def apply_all(graph: GraphDef, names: Collection[str]) -> tuple[GraphDef, tuple[Outcome, ...]]:
    """Apply rewrites to a cut graph; what one does not find in it is left as it is, and said so.

    Parameters
    ----------
    graph
        A cut, frozen graph; it is not changed.
    names
        Of rewrites; they are applied in the order of `REWRITES`, since some hide what others match.

    Returns
    -------
    tuple[GraphDef, tuple[records.Rewritten, ...]]
        A graph with the same inputs and output, and what came of each rewrite, in the order of application.

    Raises
    ------
    SettingsError
        There is no rewrite of a name.
    GraphError
        The graph does not fit together.
    """
    for name in names:
        reader.require(name, REWRITES, "rewrites", "rewrite")
    applied = []
    for name, rewrite in REWRITES.items():
        if name in names:
            graph, places, note = rewrite(graph)
            applied.append(Outcome(name, places, note))
    return graph, tuple(applied)
