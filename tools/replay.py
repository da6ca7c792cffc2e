"""A released TFLite file's operators, replayed as nodes of a TensorFlow graph.

The nodes keep the tensors' released names: the graph has the names of the one that the file was made from.
"""

from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf
from batch_norm import MadeUpNorms
from convolution import NO_ACTIVATION, Convolutions, FreshNames, Weight, activated, constant
from released_tflite import Operator, ReleasedModel, Values

from litemill.ground.errors import GraphError

tf1 = tf.compat.v1

# [height, width] that a resize gives, or what computes it from the resize's input
Size = Values | Callable[[tf.Tensor], tf.Tensor]

# a code of the schema
REFLECT = 0


class Replay:
    """One walk over a file's operators, into the default graph.

    Parameters
    ----------
    model
        The file.
    tensors
        Graph tensors of the file's inputs, by their indices.
    sizes
        What the resizes give, by the names of their outputs; what the file says for those left out.
    weight
        How weights enter the graph.
    rename
        Gives the name in the graph for a name in the file.
    norms
        What makes up the batch normalizations that the file holds folded; None leaves them folded.
    """

    def __init__(
        self,
        model: ReleasedModel,
        tensors: Mapping[int, tf.Tensor],
        *,
        sizes: Mapping[str, Size] | None = None,
        weight: Weight = constant,
        rename: Callable[[str], str] = str,
        norms: MadeUpNorms | None = None,
    ) -> None:
        self.model = model
        self.tensors = dict(tensors)
        self._sizes = sizes or {}
        self._rename = rename
        self._fresh = FreshNames()
        self._convolutions = Convolutions(weight, self._fresh, norms)
        self._tiles: dict[int, tuple[tf.Tensor, int, str]] = {}

    def run(self) -> dict[int, tf.Tensor]:
        """Write every operator but the last argmax, which is its caller's; give the tensors by index.

        Raises
        ------
        GraphError
            If the file has an operator of a kind that no rebuilt model needs.
        """
        for operator in self.model.operators:
            if operator.kind == "ARG_MAX":
                continue
            if operator.kind not in WRITERS:
                raise GraphError(
                    f"{self.model.path}: an operator can't be replayed",
                    expected=", ".join(WRITERS),
                    got=operator.kind,
                )
            name = self._fresh(self._rename(self.model.name(operator.outputs[0])))
            written = WRITERS[operator.kind](self, operator, name)
            if written is not None:
                self.tensors[operator.outputs[0]] = written
        return self.tensors

    def _tensor(self, index: int) -> tf.Tensor:
        """Return the graph's tensor for one of the file's; one that is stored becomes a constant."""
        if index not in self.tensors:
            name = self.model.name(index).replace(":", "_")
            self.tensors[index] = tf1.constant(self._values(index), name=name)
        return self.tensors[index]

    def _values(self, index: int) -> Values:
        """Return a tensor's values, stored as such or behind a dequantization."""
        values: Values | None = self.model.stored(index)
        if values is None and index in self.tensors:
            values = tf.get_static_value(self.tensors[index])
        if values is None:
            raise GraphError(f"{self.model.path}: tensor {self.model.name(index)} has no value")
        return values

    def convert(self, operator: Operator, name: str) -> tf.Tensor | None:
        """Drop a change of type: stored values are real ones here, and computed ones are float32."""
        source = operator.inputs[0]
        if source in self._tiles:
            self._tiles[operator.outputs[0]] = self._tiles[source]
            return None
        values = self.model.stored(source)
        return self.tensors[source] if values is None else tf1.constant(values, name=name)

    def convolve(self, operator: Operator, name: str) -> tf.Tensor:
        """Write a convolution or a depthwise one."""
        features, weights, bias = operator.inputs
        return self._convolutions.write(
            operator, self._tensor(features), self._values(weights), self._values(bias), name
        )

    def pool(self, operator: Operator, name: str) -> tf.Tensor:
        """Average over the whole feature map, whatever its size has become."""
        features = self._tensor(operator.inputs[0])
        window = [1, features.shape[1], features.shape[2], 1]
        return tf1.nn.avg_pool(features, window, window, "VALID", name=name)

    def resize(self, operator: Operator, name: str) -> tf.Tensor:
        """Resize, to the size given for this output if there is one."""
        features = self._tensor(operator.inputs[0])
        size = self._sizes.get(self.model.name(operator.outputs[0]))
        if size is None:
            size = self._values(operator.inputs[1])
        bilinear = operator.kind == "RESIZE_BILINEAR"
        write = tf1.image.resize_bilinear if bilinear else tf1.image.resize_nearest_neighbor
        target = size(features) if callable(size) else size
        return write(features, target, align_corners=bool(operator.options.alignCorners), name=name)

    def tile(self, operator: Operator, name: str) -> None:
        """Put off the spreading of a pooled feature until the map that it joins is there to give its size."""
        joins = [later for later in self.model.operators if later.kind == "CONCATENATION"]
        if not joins:
            raise GraphError(f"{self.model.path}: {name} spreads a feature that joins no map")
        pooled = self._tensor(operator.inputs[0])
        self._tiles[operator.outputs[0]] = (pooled, joins[-1].inputs[-1], name)

    def concatenate(self, operator: Operator, name: str) -> tf.Tensor:
        """Concatenate, spreading first the pooled features that wait for it."""
        for index in operator.inputs:
            if index in self._tiles:
                pooled, like, tile_name = self._tiles[index]
                height_width = self.tensors[like].shape[1:3]
                self.tensors[index] = tf.tile(pooled, [1, *height_width, 1], name=tile_name)
        return tf.concat([self._tensor(index) for index in operator.inputs], operator.options.axis, name=name)

    def calculate(self, operator: Operator, name: str) -> tf.Tensor:
        """Add, subtract or multiply two tensors, with the activation that follows."""
        left, right = (self._tensor(index) for index in operator.inputs)
        write = {"ADD": tf1.add, "SUB": tf1.subtract, "MUL": tf1.multiply}[operator.kind]
        code = operator.options.fusedActivationFunction
        return activated(write(left, right, name=name if code == NO_ACTIVATION else None), code, name)

    def reduce(self, operator: Operator, name: str) -> tf.Tensor:
        """Average over the axes that the file gives."""
        axes = [int(axis) for axis in np.atleast_1d(self._values(operator.inputs[1]))]
        return tf.reduce_mean(self._tensor(operator.inputs[0]), axes, keepdims=operator.options.keepDims, name=name)

    def pad(self, operator: Operator, name: str) -> tf.Tensor:
        """Pad with the map's own mirror image."""
        mode = "REFLECT" if operator.options.mode == REFLECT else "SYMMETRIC"
        return tf.pad(self._tensor(operator.inputs[0]), self._values(operator.inputs[1]), mode, name=name)

    def apply(self, operator: Operator, name: str) -> tf.Tensor:
        """Apply a function that has no options."""
        write = {
            "SQUARED_DIFFERENCE": tf.math.squared_difference,
            "RSQRT": tf.math.rsqrt,
            "LOGISTIC": tf.sigmoid,
        }[operator.kind]
        return write(*(self._tensor(index) for index in operator.inputs), name=name)


WRITERS: dict[str, Callable[[Replay, Operator, str], tf.Tensor | None]] = {
    "ADD": Replay.calculate,
    "AVERAGE_POOL_2D": Replay.pool,
    "CONCATENATION": Replay.concatenate,
    "CONV_2D": Replay.convolve,
    "DEPTHWISE_CONV_2D": Replay.convolve,
    "DEQUANTIZE": Replay.convert,
    "LOGISTIC": Replay.apply,
    "MEAN": Replay.reduce,
    "MIRROR_PAD": Replay.pad,
    "MUL": Replay.calculate,
    "QUANTIZE": Replay.convert,
    "RESIZE_BILINEAR": Replay.resize,
    "RESIZE_NEAREST_NEIGHBOR": Replay.resize,
    "RSQRT": Replay.apply,
    "SQUARED_DIFFERENCE": Replay.apply,
    "SUB": Replay.calculate,
    "TILE": Replay.tile,
}
