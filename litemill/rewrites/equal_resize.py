"""Resizes that change nothing, left out."""

import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from litemill.rewrites.engine import Replacement, Rewritten, Structure, itself, replaced

RESIZES = ("ResizeBilinear", "ResizeNearestNeighbor")


def apply(graph: GraphDef) -> Rewritten:
    """Leave out every bilinear or nearest-neighbour resize of a map to its own size.

    Each pixel of such a resize falls on one of the map, whichever way corners and centres are aligned. The converter
    keeps it as an op that copies the map, and nearest-neighbour ones end an XNNPACK partition.
    """
    structure = Structure(graph)
    found = [
        Replacement(node.name, (node.input[0],), itself) for node in structure.of(*RESIZES) if is_equal(structure, node)
    ]
    return replaced(structure, found, "no resize of equal size")


def is_equal(structure: Structure, node: NodeDef) -> bool:
    """Tell whether a node is a resize that gives the float map that it is given."""
    if node.op not in RESIZES:
        return False
    size = structure.map_size(node.input[0])
    return (
        node.attr["T"].type == tf.float32.as_datatype_enum
        and size is not None
        and size == structure.map_size(node.name)
    )
