"""Magenta's style transfer as SavedModels, around the weights of its two released TFLite files.

The hub module takes a content picture and a style picture at once and gives the stylized one. The two parts
beside it are the form that the mobile networks were exported in: predict (style -> bottleneck [1, 1, 1, 100])
and transfer (content and bottleneck -> picture). Pictures are float32 [batch, height, width, 3] in [0, 1], of
any size.
"""

from pathlib import Path

import numpy as np
import tensorflow as tf
from convolution import Weight
from released_tflite import ReleasedModel, Values
from replay import Replay, Size

from litemill.ground.errors import GraphError
from litemill.ground.io import replacing

tf1 = tf.compat.v1

CONTENT, STYLE = "content_image", "style_image"
BOTTLENECK = "mobilenet_conv/Conv/BiasAdd"


class Stylizer:
    """The two released networks, ready to be written into a graph.

    Raises
    ------
    GraphError
        If the second file has not the inputs of a transfer network, or the first gives no bottleneck for it.
    """

    def __init__(self, predict: ReleasedModel, transfer: ReleasedModel) -> None:
        inputs = {transfer.name(tensor): tensor for tensor in transfer.inputs}
        if set(inputs) != {CONTENT, BOTTLENECK}:
            raise GraphError(
                f"{transfer.path}: is no transfer network",
                expected=f"the inputs {CONTENT}, {BOTTLENECK}",
                got=", ".join(inputs),
            )
        given, needed = predict.shape(predict.outputs[0]), transfer.shape(inputs[BOTTLENECK])
        if given != needed:
            raise GraphError(f"{predict.path}: is not its predict network", expected=needed, got=given)
        self._predict, self._transfer = predict, transfer
        self._content, self._bottleneck = inputs[CONTENT], inputs[BOTTLENECK]

    def predict(self, style: tf.Tensor, weight: Weight) -> tf.Tensor:
        """Write the predict network; give its bottleneck."""
        model = self._predict
        tensors = Replay(model, {model.inputs[0]: style}, weight=weight, rename=_float_name).run()
        return tensors[model.outputs[0]]

    def transfer(self, content: tf.Tensor, bottleneck: tf.Tensor, weight: Weight) -> tf.Tensor:
        """Write the transfer network; give its picture."""
        model = self._transfer
        given = {self._content: content, self._bottleneck: bottleneck}
        return Replay(model, given, sizes=self._sizes(), weight=weight).run()[model.outputs[0]]

    def _sizes(self) -> dict[str, Size]:
        """Return the resizes' sizes as multiples of what comes in, so that any content size works."""
        model = self._transfer
        sizes: dict[str, Size] = {}
        for operator in model.operators:
            if operator.kind == "RESIZE_NEAREST_NEIGHBOR":
                before, after = model.shape(operator.inputs[0])[1], model.shape(operator.outputs[0])[1]
                sizes[model.name(operator.outputs[0])] = _times(after // before)
        return sizes


def save_parts(stylizer: Stylizer, folder: Path) -> None:
    """Write the SavedModels `predict` and `transfer` into `folder`, as TensorFlow 1 writes them."""
    for part in ("predict", "transfer"):
        with tf.Graph().as_default(), tf1.Session() as session, replacing(folder / part) as new:
            weights = _ReferenceVariables()
            style, content = _pictures(STYLE), _pictures(CONTENT)
            bottleneck = stylizer.predict(style, weights)
            inputs = {f"{STYLE}:0": style}
            outputs = {"style_bottleneck": bottleneck}
            if part == "transfer":
                inputs = {f"{CONTENT}:0": content, bottleneck.name: bottleneck}
                outputs = {"stylized_image": stylizer.transfer(content, bottleneck, weights)}
            weights.load(session)
            tf1.saved_model.simple_save(session, str(new), inputs, outputs)


def save_hub_module(stylizer: Stylizer, folder: Path) -> None:
    """Write the SavedModel that is called as the hub module is: `module(content, style)`."""
    ends: list[tf.Tensor] = []

    def whole(content: tf.Tensor, style: tf.Tensor) -> tf.Tensor:
        stylized = stylizer.transfer(content, stylizer.predict(style, _variable), _variable)
        ends.extend((content, style, stylized))
        return stylized

    pictures = tf.TensorSpec((None, None, None, 3), tf.float32)
    wrapped = tf1.wrap_function(whole, [pictures, pictures])
    call = wrapped.prune(ends[:2], ends[2:])
    module = tf.train.Checkpoint()
    module.__call__ = call
    # the graph keeps them in no order; a fixed one gives the same checkpoint each time
    module.variables = sorted(wrapped.graph.variables, key=lambda variable: str(variable.name))
    with replacing(folder) as new:
        tf.saved_model.save(module, str(new), signatures=call)
        # a random number a run, which loading does without
        (new / "fingerprint.pb").unlink()


class _ReferenceVariables:
    """Weights as TensorFlow 1's reference variables, whose values are loaded once all are declared."""

    def __init__(self) -> None:
        self._pending: list[tuple[tf.Variable, Values]] = []

    def __call__(self, values: Values, name: str) -> tf.Variable:
        zeros = tf1.zeros_initializer()
        variable = tf1.get_variable(name, np.shape(values), initializer=zeros, use_resource=False)
        self._pending.append((variable, values))
        return variable

    def load(self, session: tf.compat.v1.Session) -> None:
        session.run(tf1.global_variables_initializer())
        for variable, values in self._pending:
            variable.load(values, session)


def _variable(values: Values, name: str) -> tf.Variable:
    return tf1.get_variable(name, initializer=np.asarray(values), use_resource=True)


def _pictures(name: str) -> tf.Tensor:
    return tf1.placeholder(tf.float32, [None, None, None, 3], name=name)


def _float_name(name: str) -> str:
    """Return the name that a tensor had before quantization added to it."""
    return name.removesuffix("_int8").removesuffix("_requantized")


def _times(factor: int) -> Size:
    return lambda features: tf.shape(features)[1:3] * factor
