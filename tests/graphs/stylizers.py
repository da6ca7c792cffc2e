"""Small stylization models, as TensorFlow 1 and 2 save them, with random weights."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from litemill.graphs.load import freeze

tf1 = tf.compat.v1
BOTTLENECK = 6


class Stylizer:
    """Saves models below a folder, and gives them frozen by `load.freeze`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.random = np.random.default_rng(4)
        self.make: Callable[[Any], Any] = tf.constant

    def whole(self, kind: str) -> Any:
        return freeze(self.saved(kind, "whole", ("content", "style")))

    def predict(self, kind: str) -> Any:
        return freeze(self.saved(kind, "predict", ("style",)))

    def transfer(self, kind: str) -> Any:
        return freeze(self.saved(kind, "transfer", ("content", "bottleneck")))

    def saved(self, kind: str, name: str, inputs: tuple[str, ...]) -> Path:
        folder = self.folder / kind / name
        save = {"tf1": self.saved_by_tf1, "tf2": self.saved_by_tf2}[kind]
        save(folder, inputs)
        return folder

    def saved_by_tf1(self, folder: Path, inputs: tuple[str, ...]) -> None:
        with tf.Graph().as_default(), tf1.Session() as session:
            self.random = np.random.default_rng(4)
            self.make = lambda values: tf1.get_variable(
                f"w{self.random.integers(1 << 40)}", initializer=values, use_resource=False
            )
            given = {name: tf1.placeholder(tf.float32, shape_of(name), name=f"{name}_image") for name in inputs}
            output = self.network(given)
            session.run(tf1.global_variables_initializer())
            tf1.saved_model.simple_save(
                session, str(folder), {f"{name}:0": one for name, one in given.items()}, {"out": output}
            )

    def saved_by_tf2(self, folder: Path, inputs: tuple[str, ...]) -> None:
        module = tf.Module()
        kept: list[Any] = []

        def variable(values: Any) -> Any:
            kept.append(values)
            if len(kept) > len(module.kept):
                module.kept.append(tf.Variable(values))
            return module.kept[len(kept) - 1]

        module.kept = []
        self.make = variable

        def body(*given: Any) -> Any:
            kept.clear()
            self.random = np.random.default_rng(4)
            return self.network(dict(zip(inputs, given, strict=True)))

        # called once outside a graph, so that the variables are there
        body(*(tf.zeros([1, *(side or 96 for side in shape_of(name)[1:])]) for name in inputs))
        specs = [tf.TensorSpec(shape_of(name), name=f"{name}_image") for name in inputs]
        call = tf.function(body, input_signature=specs, autograph=False)
        module.__call__ = call
        tf.saved_model.save(module, str(folder), signatures=call)

    def network(self, given: dict[str, Any]) -> Any:
        bottleneck = given.get("bottleneck")
        if bottleneck is None:
            features = self.conv(self.conv(given["style"], 3, 4, 2), 3, 8, 2)
            features += self.conv(features, 3, 8)
            mean = tf.reduce_mean(features, [1, 2], keepdims=True)
            bottleneck = tf.nn.bias_add(
                tf.nn.conv2d(mean, self.weights(1, 1, 8, BOTTLENECK), 1, "SAME"), self.weights(BOTTLENECK)
            )
        if "content" not in given:
            return bottleneck
        features = self.normed(self.conv(given["content"], 3, 8, 2), bottleneck)
        features = features + self.normed(self.conv(features, 3, 8), bottleneck)
        sides = tf.shape(given["content"])[1:3]
        features = tf.raw_ops.ResizeNearestNeighbor(images=features, size=sides)
        return tf.sigmoid(tf.nn.conv2d(features, self.weights(3, 3, 8, 3), 1, "SAME"))

    def normed(self, values: Any, bottleneck: Any) -> Any:
        mean, variance = tf.nn.moments(values, [1, 2], keepdims=True)
        scale, shift = (tf.nn.conv2d(bottleneck, self.weights(1, 1, BOTTLENECK, 8), 1, "SAME") for _ in range(2))
        return (values - mean) * tf.math.rsqrt(variance + 1e-3) * scale + shift

    def conv(self, values: Any, side: int, channels: int, stride: int = 1) -> Any:
        return tf.nn.relu(tf.nn.conv2d(values, self.weights(side, side, values.shape[3], channels), stride, "SAME"))

    def weights(self, *shape: int) -> Any:
        fan_in = float(np.prod(shape[:-1]))
        return self.make(self.random.normal(0, fan_in**-0.5, shape).astype(np.float32))


def shape_of(name: str) -> list[int | None]:
    return [None, 1, 1, BOTTLENECK] if name == "bottleneck" else [None, None, None, 3]
