"""Mirrored padding as slices and a concatenation.

XNNPACK has no MIRROR_PAD: each one ends a partition, and TFLite's own kernel computes an address a value. It has SLICE
and CONCATENATION, which copy whole rows.
"""

from collections.abc import Sequence
from functools import partial

import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from litemill.rewrites.engine import Replacement, Rewritten, Structure, replaced

Pads = tuple[tuple[int, int], ...]
# the least that a version of XNNPACK's concatenation has taken
CONCATENATED = 4


def apply(graph: GraphDef) -> Rewritten:
    """Rewrite every MirrorPad of constant width, reflected or symmetric, to SLICE and CONCATENATION.

    It is faster since the graph then stays in one XNNPACK partition, and since the pad of a pixel costs little more
    than a copy.
    """
    structure = Structure(graph)
    found = []
    for node in structure.of("MirrorPad"):
        pads = paddings(structure, node)
        if pads is not None:
            repeated = node.attr["mode"].s == b"SYMMETRIC"
            found.append(Replacement(node.name, (node.input[0],), partial(mirrored, pads=pads, repeated=repeated)))
    return replaced(structure, found, "no mirrored padding of constant width")


def paddings(structure: Structure, node: NodeDef) -> Pads | None:
    """Return what a MirrorPad adds ahead of and behind each axis, where that is constant."""
    values = structure.constant(node, 1)
    return None if values is None else tuple((int(ahead), int(behind)) for ahead, behind in values)


def frame(structure: Structure, node: NodeDef) -> int | None:
    """Return the width in pixels of a MirrorPad that adds the same on all four sides of a map, and nothing else."""
    if node.op != "MirrorPad":
        return None
    pads = paddings(structure, node)
    width = pads[1][0] if pads is not None and len(pads) > 1 else 0
    return width if width and pads == ((0, 0), (width, width), (width, width), (0, 0)) else None


def mirrored(values: tf.Tensor, pads: Pads, *, repeated: bool = False) -> tf.Tensor:
    """Pad a tensor by its own lines, mirrored; `repeated` has the outermost line twice.

    Parameters
    ----------
    values
        Of fixed shape.
    pads
        Lines ahead of and behind each axis.
    repeated
        Whether the mirror stands behind the outermost line (symmetric), not on it (reflected).
    """
    first = 0 if repeated else 1
    for axis, (ahead, behind) in enumerate(pads):
        last = values.shape[axis] - 1
        parts = [line(values, axis, first + distance) for distance in reversed(range(ahead))]
        end = [line(values, axis, last - first - distance) for distance in range(behind)]
        values = joined([joined(parts, axis), values, joined(end, axis)], axis)
    return values


def line(values: tf.Tensor, axis: int, index: int) -> tf.Tensor:
    """Return one row, column or channel of a tensor, its rank kept."""
    begin = [index if other == axis else 0 for other in range(values.shape.rank)]
    size = [1 if other == axis else side for other, side in enumerate(values.shape.as_list())]
    return tf.slice(values, begin, size)


def joined(parts: Sequence[tf.Tensor | None], axis: int) -> tf.Tensor | None:
    """Concatenate what is there, a few at a time; None where nothing is."""
    rest = [part for part in parts if part is not None]
    while len(rest) > 1:
        groups = [rest[start : start + CONCATENATED] for start in range(0, len(rest), CONCATENATED)]
        rest = [tf.concat(group, axis) if len(group) > 1 else group[0] for group in groups]
    return rest[0] if rest else None
