"""Instance normalization, found in the ops that it is made of."""

from collections.abc import Iterator
from typing import NamedTuple

from tensorflow.core.framework.node_def_pb2 import NodeDef

from litemill.rewrites.engine import Structure


class InstanceNorm(NamedTuple):
    """values * factor + (shift - mean * factor), where factor is scale / sqrt(variance + epsilon).

    Mean and variance are over the rows and columns of `values`; parameters are names of nodes.
    """

    values: str
    scale: str
    shift: str
    epsilon: float
    mean: str
    squares: str
    product: str
    moved_mean: str


def instance_norm(structure: Structure, node: NodeDef) -> InstanceNorm | None:
    """Return the normalization that ends in a node, in the form of `tf.nn.batch_normalization`; None if none does."""
    if node.op not in ("Add", "AddV2"):
        return None
    for product, rest in _pairs(structure, node):
        if product.op == "Mul" and rest.op == "Sub":
            found = _of(structure, product, rest)
            if found is not None:
                return found
    return None


def _of(structure: Structure, product: NodeDef, rest: NodeDef) -> InstanceNorm | None:
    """Match values * factor and shift - mean * factor."""
    moved = structure.source(rest, 1)
    if moved.op != "Mul":
        return None
    for mean, factor in _pairs(structure, moved):
        values = _averaged(structure, mean)
        if values is None or {values.name, factor.name} != {one.name for one in structure.sources(product)}:
            continue
        scaled = _scaled(structure, factor, values.name, mean.name)
        if scaled is not None:
            scale, epsilon, squares = scaled
            shift = structure.source(rest, 0).name
            return InstanceNorm(values.name, scale, shift, epsilon, mean.name, squares, product.name, moved.name)
    return None


def _scaled(structure: Structure, factor: NodeDef, values: str, mean: str) -> tuple[str, float, str] | None:
    """Match scale * rsqrt(mean((values - mean) ** 2) + epsilon); give scale, epsilon and the squares."""
    if factor.op != "Mul":
        return None
    for root, scale in _pairs(structure, factor):
        if root.op != "Rsqrt" or structure.source(root).op not in ("Add", "AddV2"):
            continue
        total = structure.source(root)
        for index in (0, 1):
            epsilon = structure.constant(total, 1 - index)
            squares = _averaged(structure, structure.source(total, index))
            if epsilon is None or epsilon.size != 1 or squares is None or squares.op != "SquaredDifference":
                continue
            if {values, mean} == {one.name for one in structure.sources(squares)}:
                return scale.name, float(epsilon.item()), squares.name
    return None


def _averaged(structure: Structure, node: NodeDef) -> NodeDef | None:
    """Return what a node is the mean of, over rows and columns, both kept as 1."""
    if node.op != "Mean" or not node.attr["keep_dims"].b:
        return None
    axes = structure.constant(node, 1)
    return structure.source(node) if axes is not None and sorted(axes.ravel().tolist()) == [1, 2] else None


def _pairs(structure: Structure, node: NodeDef) -> Iterator[tuple[NodeDef, NodeDef]]:
    """Return the two inputs of an op in either order."""
    one, other = structure.sources(node)[:2]
    yield from ((one, other), (other, one))
