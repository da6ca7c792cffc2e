"""A convolution of a TFLite network, plain or depthwise, as groups of linear systems."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from litemill.conversion import tflite
from litemill.conversion.refit.layerwise import Values

Floats = npt.NDArray[np.float64]


TYPES = {schema.TensorType.FLOAT32: np.float32, schema.TensorType.INT8: np.int8, schema.TensorType.INT32: np.int32}


KINDS = ("CONV_2D", "DEPTHWISE_CONV_2D")


WITH_BIAS = 3


# places of a map that are looked at, a sample
PLACES = 2048


class Layer(NamedTuple):
    """A convolution seen as `groups` linear systems: outputs = weights @ patch, each on its own part of the channels.

    A depthwise convolution has a group a channel.
    """

    model: schema.ModelT
    op: schema.OperatorT
    depthwise: bool

    @property
    def graph(self) -> schema.SubGraphT:
        """The graph that it is of."""
        return self.model.subgraphs[0]

    @property
    def name(self) -> str:
        """The name of its output."""
        return str(self.graph.tensors[self.op.outputs[0]].name.decode())

    @property
    def input(self) -> schema.TensorT:
        """What it reads."""
        return self.graph.tensors[self.op.inputs[0]]

    @property
    def kernel(self) -> schema.TensorT:
        """Its weights."""
        return self.graph.tensors[self.op.inputs[1]]

    @property
    def groups(self) -> int:
        """How many parts the channels of its input fall into."""
        channels = int(self.input.shape[3])
        return channels if self.depthwise else channels // int(self.kernel.shape[3])

    def weights(self) -> Floats:
        """Return its float weights as [groups, outputs, inputs]."""
        kernel = _stored(self.model, self.kernel)
        if self.depthwise:
            taps = kernel.shape[1] * kernel.shape[2]
            return kernel.reshape(taps, self.groups, -1).transpose(1, 2, 0)
        return kernel.reshape(self.groups, kernel.shape[0] // self.groups, -1)

    def bias(self) -> Floats:
        """Return its float bias as [groups, outputs]."""
        return _stored(self.model, self.graph.tensors[self.op.inputs[2]]).reshape(self.groups, -1)

    def scales(self) -> Floats:
        """Return the scales of its int8 weights as [groups, outputs]."""
        return np.asarray(self.kernel.quantization.scale, np.float64).reshape(self.groups, -1)

    def dequantized_patches(self, stored: npt.NDArray[np.int8]) -> npt.NDArray[np.float32]:
        """Return what its weights are multiplied with at places spread over an int8 map [1, h, w, c].

        Returns
        -------
        npt.NDArray[np.float32]
            [groups, places, inputs]; what lies beyond the map's edges is 0.
        """
        scale, zero_point = self.input.quantization.scale[0], self.input.quantization.zeroPoint[0]
        found = self._found(stored, zero_point)
        ordered = np.ascontiguousarray(found.transpose(2, 0, 1, 3).reshape(self.groups, len(found), -1))
        patches = ordered.astype(np.float32)
        patches -= np.float32(zero_point)
        patches *= np.float32(scale)
        return patches

    def sums(self, values: Values) -> Values:
        """Return what it computes of a float map there, without bias and activation: [groups, places, outputs]."""
        found, weights = self._found(values, 0), self.weights().astype(np.float32)
        if self.groups == 1:
            return np.asarray(found.reshape(1, len(found), -1) @ weights.transpose(0, 2, 1))
        # where groups are many, transposing the patches costs more than this slower product
        apart = weights.reshape(*weights.shape[:2], found.shape[1], -1)
        return np.asarray(np.einsum("ptgi,goti->gpo", found, apart))

    def _found(self, values: Values, outside: int) -> Values:
        """Return the patches as [places, taps, groups, channels of a group]."""
        down, right = self._steps(values.shape[1], 0), self._steps(values.shape[2], 1)
        row, column = np.divmod(spread(len(down) * len(right), PLACES), len(right))
        rows, columns = np.broadcast_arrays(down[row][:, :, None], right[column][:, None, :])
        inside = (rows >= 0) & (rows < values.shape[1]) & (columns >= 0) & (columns < values.shape[2])
        found = values[0][np.where(inside, rows, 0), np.where(inside, columns, 0)]
        found[~inside] = outside
        return np.asarray(found.reshape(len(row), rows[0].size, self.groups, -1))

    def _steps(self, side: int, axis: int) -> npt.NDArray[np.int64]:
        """Return what the kernel covers on an axis of a map, [outputs, taps]; it may lie beyond the edges."""
        options, taps = self.op.builtinOptions, int(self.kernel.shape[1 + axis])
        stride = (options.strideH, options.strideW)[axis]
        offsets = np.arange(taps) * (options.dilationHFactor, options.dilationWFactor)[axis]
        extent = int(offsets[-1]) + 1
        if options.padding == schema.Padding.SAME:
            count = -(-side // stride)
            first = -(max((count - 1) * stride + extent - side, 0) // 2)
        else:
            count, first = (side - extent) // stride + 1, 0
        return np.asarray(first + np.arange(count)[:, None] * stride + offsets)

    def set_weights(self, rounded: npt.NDArray[np.int8]) -> None:
        """Store int8 weights [groups, outputs, inputs]."""
        self._store(self.kernel, rounded.transpose(2, 0, 1) if self.depthwise else rounded)

    def set_bias(self, bias: Floats) -> None:
        """Store a bias [groups, outputs] in units of the input's and the weights' scales, as TFLite has it."""
        tensor, limits = self.graph.tensors[self.op.inputs[2]], np.iinfo(np.int32)
        units = np.asarray(tensor.quantization.scale, np.float64)
        self._store(tensor, np.clip(np.round(bias.ravel() / units), limits.min, limits.max).astype(np.int32))

    def _store(self, tensor: schema.TensorT, values: npt.NDArray[np.integer]) -> None:
        """Return a tensor a buffer of its own: the one that it has may be another's, too."""
        tensor.buffer = len(self.model.buffers)
        self.model.buffers.append(schema.BufferT(data=np.frombuffer(values.tobytes(), np.uint8)))


def layers(model: schema.ModelT, kernel_type: int) -> list[Layer]:
    """Return the convolutions of a network, in its order, whose weights are constants of a type and their own alone."""
    graph = model.subgraphs[0]
    readers = [index for op in graph.operators for index in op.inputs]
    found = []
    for op in graph.operators:
        kind = tflite.op_name(model, op)
        if kind not in KINDS or len(op.inputs) < WITH_BIAS or op.inputs[2] < 0:
            continue
        constants = [graph.tensors[index] for index in op.inputs[1:]]
        own = all(readers.count(index) == 1 for index in op.inputs[1:])
        stored = all(model.buffers[one.buffer].data is not None for one in constants)
        if own and stored and constants[0].type == kernel_type:
            found.append(Layer(model, op, kind == KINDS[1]))
    return found


def spread(count: int, wanted: int) -> npt.NDArray[np.int64]:
    """Return about `wanted` of `count` places; the step is odd, lest it falls in with the rows of a map."""
    step = max(1, count // wanted)
    return np.arange(0, count, step + (step > 1 and step % 2 == 0))


def _stored(model: schema.ModelT, tensor: schema.TensorT) -> Floats:
    return np.frombuffer(model.buffers[tensor.buffer].data, TYPES[tensor.type]).reshape(tensor.shape).astype(np.float64)
