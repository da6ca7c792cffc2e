"""A style-transfer network's weights, read from a graph of its structure at any width."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from litemill.rewrites.engine import ADDITIONS, Structure, is_plain_conv, stride
from litemill.rewrites.equal_resize import is_equal
from litemill.rewrites.instance_norm import instance_norm
from litemill.rewrites.mirror_pad import frame
from litemill.rewrites.packing import Kernel
from litemill.rewrites.upsampled_conv import doubled

Vector = npt.NDArray[np.float32]
WIDE, NARROW = 9, 3
# of blocks of 2x2 pixels, as many as a mirrored pad of 4 pixels reaches, at a quarter of the size
LEAST_SIDE = 16
STRIDES = 4


class Conv(NamedTuple):
    """A convolution [rows, columns, inputs, outputs] and its bias."""

    kernel: Kernel
    bias: Vector


class StyledConv(NamedTuple):
    """A convolution whose output is normalized; scale and shift are 1x1 convolutions of the bottleneck."""

    kernel: Kernel
    scale: Conv
    shift: Conv
    epsilon: float


class TransferNetwork(NamedTuple):
    """Weights and names of a style-transfer network.

    Source: Ghiasi et al., "Exploring the structure of a real-time, arbitrary neural artistic stylization network"
    (2017); here with three convolutions that contract (9x9, 3x3, 3x3; the latter of stride 2), blocks of two 3x3
    convolutions beside a shortcut, two 3x3 convolutions that expand behind a nearest-neighbour resize to twice the
    size, a 9x9 convolution and a sigmoid.
    """

    content: str
    bottleneck: str
    output: str
    size: tuple[int, int]
    contract: tuple[Conv, Conv, Conv]
    residual: tuple[tuple[StyledConv, StyledConv], ...]
    expand: tuple[StyledConv, StyledConv, StyledConv]


class UnlikeError(Exception):
    """A graph is not of the structure; the text says where."""


def read(graph: GraphDef) -> TransferNetwork:
    """Read a style-transfer network from the structure of its graph; UnlikeError where it has another one."""
    structure = Structure(graph)
    ends = [name for name, readers in structure.flow.readers.items() if not readers]
    if len(ends) != 1:
        raise UnlikeError(f"{len(ends)} outputs, expected 1")
    walk = _Walk(structure, structure.flow.nodes[ends[0]])
    walk.step("Identity", "Sigmoid")
    expand = walk.expanding()
    residual = walk.residual()
    contract = walk.contracting()
    content, bottleneck = walk.node.name, walk.bottleneck
    placeholders = {node.name for node in structure.of("Placeholder")}
    if placeholders != {content, bottleneck}:
        raise UnlikeError(f"inputs {', '.join(sorted(placeholders))}, expected a picture and a bottleneck")
    batch, height, width = (structure.shape(content) or (0, 0, 0))[:3]
    if batch != 1 or any(side % STRIDES or side < LEAST_SIDE for side in (height, width)):
        raise UnlikeError(
            f"{batch} pictures of {height}x{width}, expected 1, its sides multiples of {STRIDES}, {LEAST_SIDE} at least"
        )
    return TransferNetwork(content, bottleneck, ends[0], (height, width), contract, residual, expand)


class _Walk:
    """A walk from a network's output to its input: `node` is what is to be matched next."""

    def __init__(self, structure: Structure, end: NodeDef) -> None:
        self.structure = structure
        self.node = end
        self.bottleneck = ""

    def step(self, *ops: str) -> None:
        """Go from nodes of the ops to what they are given, in turn."""
        for op in ops:
            self._expect(self.node.op == op, op)
            self.node = self.structure.source(self.node)

    def expanding(self) -> tuple[StyledConv, StyledConv, StyledConv]:
        """Match the convolutions that expand; the last may stand behind a resize of equal size."""
        last = self._styled(WIDE)
        if is_equal(self.structure, self.node):
            self.node = self.structure.source(self.node)
        self.step("Relu")
        second = self._doubled()
        self.step("Relu")
        return self._doubled(), second, last

    def residual(self) -> tuple[tuple[StyledConv, StyledConv], ...]:
        """Match the blocks, each two convolutions beside a shortcut."""
        found = []
        while self.node.op in ADDITIONS:
            found.append(self._block())
        return tuple(reversed(found))

    def contracting(self) -> tuple[Conv, Conv, Conv]:
        """Match the convolutions that contract, each with a bias and a ReLU."""
        third, second, first = self._biased(NARROW, 2), self._biased(NARROW, 2), self._biased(WIDE, 1)
        return first, second, third

    def _block(self) -> tuple[StyledConv, StyledConv]:
        """Match one block and go to its shortcut."""
        last = self.node
        for index in (0, 1):
            self.node, shortcut = self.structure.source(last, index), self.structure.source(last, 1 - index)
            if instance_norm(self.structure, self.node) is None:
                continue
            second = self._styled(NARROW)
            self.step("Relu")
            first = self._styled(NARROW)
            self._expect(self.node.name == shortcut.name, f"the shortcut of the block that ends in {last.name}")
            return first, second
        self.node = last
        raise self._unlike("a block of two convolutions beside a shortcut")

    def _doubled(self) -> StyledConv:
        """Match a convolution behind a resize to twice the size."""
        found = self._styled(NARROW)
        self._expect(doubled(self.structure, self.node), "a nearest-neighbour resize to twice the size")
        self.node = self.structure.source(self.node)
        return found

    def _styled(self, size: int) -> StyledConv:
        """Match a convolution, a bias or none, and a normalization styled by the bottleneck."""
        norm = instance_norm(self.structure, self.node)
        if norm is None:
            raise self._unlike("an instance normalization")
        scale, shift = self._style(norm.scale), self._style(norm.shift)
        self.node = self.structure.flow.nodes[norm.values]
        if self.node.op in ADDITIONS:  # what is added is subtracted again with the mean
            self._bias()
        kernel = self._conv(size, 1)
        if {len(scale.bias), len(shift.bias)} != {kernel.shape[3]}:
            raise UnlikeError(f"{norm.scale} and {norm.shift} are not of {kernel.shape[3]} channels")
        return StyledConv(kernel, scale, shift, norm.epsilon)

    def _biased(self, size: int, step: int) -> Conv:
        """Match a convolution with a bias and a ReLU."""
        self.step("Relu")
        last, bias = self.node, self._bias()
        kernel = self._conv(size, step)
        if len(bias) != kernel.shape[3]:
            raise UnlikeError(f"{last.name} adds {len(bias)} constants to {kernel.shape[3]} channels")
        return Conv(kernel, bias)

    def _bias(self) -> Vector:
        """Match the addition of a constant a channel."""
        bias = self.structure.constant(self.node, 1) if self.node.op in ADDITIONS else None
        if bias is None or bias.ndim != 1:
            raise self._unlike("the addition of a constant a channel")
        self.node = self.structure.source(self.node)
        return bias.astype(np.float32)

    def _conv(self, size: int, step: int) -> Kernel:
        """Match a mirrored pad of half a kernel and a convolution."""
        kernel = self.structure.constant(self.node, 1) if is_plain_conv(self.node) else None
        if kernel is None or kernel.shape[:2] != (size, size) or stride(self.node) != step:
            raise self._unlike(f"a {size}x{size} convolution of stride {step} without padding")
        self.node = self.structure.source(self.node)
        reflected = frame(self.structure, self.node) == size // 2 and self.node.attr["mode"].s == b"REFLECT"
        self._expect(reflected, f"a reflected pad of {size // 2}")
        self.node = self.structure.source(self.node)
        return kernel.astype(np.float32)

    def _style(self, name: str) -> Conv:
        """Match a 1x1 convolution of the bottleneck, which every normalization must share."""
        addition = self.structure.flow.nodes[name]
        bias = self.structure.constant(addition, 1) if addition.op in ADDITIONS else None
        conv = self.structure.source(addition)
        kernel = self.structure.constant(conv, 1) if conv.op == "Conv2D" and stride(conv) == 1 else None
        if kernel is None or kernel.shape[:2] != (1, 1) or bias is None or bias.shape != kernel.shape[3:]:
            raise UnlikeError(f"{name} is no 1x1 convolution with a bias")
        source = self.structure.source(conv)
        self.bottleneck = self.bottleneck or source.name
        if source.name != self.bottleneck or self.structure.shape(source.name) != (1, 1, 1, kernel.shape[2]):
            raise UnlikeError(f"{name} is not computed from the one bottleneck")
        return Conv(kernel.astype(np.float32), bias.astype(np.float32))

    def _expect(self, found: bool, what: str) -> None:  # noqa: FBT001  what was found, not a switch
        if not found:
            raise self._unlike(what)

    def _unlike(self, what: str) -> UnlikeError:
        return UnlikeError(f"{self.node.name} is {self.node.op}, expected {what}")
