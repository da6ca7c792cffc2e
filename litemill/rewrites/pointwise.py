"""Convolutions that give each pixel of their map one, and what scales their channels."""

from typing import NamedTuple

import numpy as np
from tensorflow.core.framework.node_def_pb2 import NodeDef

from litemill.graphs.cut import node_of
from litemill.rewrites.structure import Structure, Values, is_channels_last, stride

NORMS = ("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3")


class Affine(NamedTuple):
    """What follows a convolution, a channel: times `scale`, plus `shift`; `node` gives it."""

    node: str
    scale: Values
    shift: Values


def is_pointwise(structure: Structure, conv: NodeDef, kernel: Values) -> bool:
    """Tell whether a convolution gives each pixel of its map one, of all its channels: not in groups."""
    shape = structure.shape(conv.input[0])
    whole = shape is not None and shape[-1] == kernel.shape[2]
    return whole and kernel.shape[:2] == (1, 1) and stride(conv) == 1 and conv.attr["padding"].s != b"EXPLICIT"


def affine(structure: Structure, conv: NodeDef, channels: int) -> Affine:
    """Give the batch normalization or the bias that alone reads a convolution; the convolution where there is none."""
    alone = Affine(conv.name, np.ones(channels, np.float32), np.zeros(channels, np.float32))
    readers = structure.readers(conv.name)
    node = structure.flow.nodes[min(readers)] if len(readers) == 1 else conv
    if node.op not in ("BiasAdd", *NORMS) or node_of(node.input[0]) != conv.name or not is_channels_last(node):
        return alone
    found = [structure.constant(node, index) for index in range(1, len(node.input))]
    constants = [one for one in found if one is not None and one.shape == (channels,)]
    if len(constants) != len(found):
        return alone
    if node.op == "BiasAdd":
        return Affine(node.name, alone.scale, constants[0])
    known = structure.tensor(node.name).op  # the node itself leaves out what is by default
    if known.get_attr("is_training"):
        return alone
    gamma, beta, mean, variance = (one.astype(np.float64) for one in constants)
    scale = gamma / np.sqrt(variance + known.get_attr("epsilon"))
    return Affine(node.name, scale.astype(np.float32), (beta - mean * scale).astype(np.float32))
