"""A small network, cut as litemill cuts them, and what tells TFLite files apart."""

from typing import Any

import numpy as np
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema

from litemill.conversion.recipes import convert
from litemill.records.base import Tensor
from litemill.settings.recipe import Recipe

SHAPE = (1, 16, 16, 8)
INPUTS = (Tensor("image", "image", SHAPE, "float32"),)
SAMPLES = {"image": np.random.default_rng(1).random((6, 16, 16, 8), np.float32)}


def graph() -> bytes:
    """Return a network of two convolutions about a depthwise one; the first's weights are float16 numbers."""
    random = np.random.default_rng(0)
    first, middle, last = (
        random.normal(0, 0.1, shape).astype(np.float32) for shape in ((3, 3, 8, 32), (3, 3, 32, 1), (3, 3, 32, 16))
    )
    with tf.Graph().as_default() as made:
        image = tf.compat.v1.placeholder(tf.float32, SHAPE, name="image")
        with tf.name_scope("first"):
            values = tf.nn.relu6(tf.nn.conv2d(image, first.astype(np.float16).astype(np.float32), 2, "SAME"))
        with tf.name_scope("middle"):
            values = tf.nn.relu6(tf.nn.depthwise_conv2d(values, middle, (1, 1, 1, 1), "SAME"))
        with tf.name_scope("last"):
            values = tf.nn.conv2d(values, last, 1, "SAME") + random.normal(0, 1, 16).astype(np.float32)
        tf.identity(values, name="logits")
    return bytes(made.as_graph_def().SerializeToString(deterministic=True))


def file(recipe: Recipe) -> bytes:
    return convert(graph(), INPUTS, "logits", recipe, SAMPLES).data


def model(data: bytes) -> Any:
    return schema.ModelT.InitFromPackedBuf(data)


def names(data: bytes) -> list[str]:
    """Return the names of all tensors."""
    return [tensor.name.decode() for graph in model(data).subgraphs for tensor in graph.tensors]


def buffer_starts(data: bytes) -> list[int]:
    """Return where in the file each buffer's bytes start."""
    root = schema.Model.GetRootAs(data)
    buffers = [root.Buffers(index) for index in range(root.BuffersLength())]
    return [one._tab.Vector(one._tab.Offset(4)) for one in buffers if one.DataLength()]
