"""Biases that the following normalization subtracts again, left out."""

from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.rewrites.engine import ADDITIONS, Replacement, Rewritten, Structure, itself, replaced
from litemill.rewrites.instance_norm import InstanceNorm, instance_norm


def apply(graph: GraphDef) -> Rewritten:
    """Leave out every constant a channel that is added ahead of an instance normalization, and read by it alone.

    The mean of a map moves by what is added to it, so that the normalized map does not. It saves an addition where the
    bias is not fused into the convolution, and brings no error.
    """
    structure = Structure(graph)
    found = []
    for node in structure.of("Add", "AddV2"):
        norm = instance_norm(structure, node)
        bias = None if norm is None else dropped_bias(structure, norm)
        if bias is not None:
            found.append(Replacement(bias[0], (bias[1],), itself))
    return replaced(structure, found, "no bias ahead of an instance normalization")


def dropped_bias(structure: Structure, norm: InstanceNorm) -> tuple[str, str] | None:
    """Return the node that adds a constant a channel ahead of a normalization, and the tensor that it adds it to."""
    node = structure.flow.nodes[norm.values]
    if node.op not in ADDITIONS:
        return None
    if not structure.readers(norm.values) <= {norm.mean, norm.squares, norm.product}:
        return None
    if not structure.readers(norm.mean) <= {norm.squares, norm.moved_mean}:
        return None
    for index in (0, 1):
        bias = structure.constant(node, 1 - index)
        if bias is not None and bias.size == max(bias.shape, default=1) == (bias.shape or (1,))[-1]:
            return norm.values, node.input[index]
    return None
