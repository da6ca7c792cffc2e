"""What DeepLab's exporter puts around a network: a picture of any size in, labels of that size out."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf
from arch_layers import resized
from tensorflow.core.framework.graph_pb2 import GraphDef

tf1 = tf.compat.v1
Size = tuple[int, int]


def exported(network: Callable[[Any, Size], Any], crop: Size) -> GraphDef:
    """Return the whole graph of a network that turns [1, *crop, 3] into logits of some stride."""
    with tf.Graph().as_default() as graph:
        picture = tf1.placeholder(tf.uint8, [1, None, None, 3], name="ImageTensor")
        image, fitted = _prepared(picture, crop)
        logits = network(image, crop)
        logits = resized(logits, (int(logits.shape[1]), int(logits.shape[2])), "ResizeBilinear_2")
        labels = tf.argmax(resized(logits, crop, "ResizeBilinear_3"), 3, name="ArgMax")
        labels = tf.slice(labels, [0, 0, 0], [1, fitted[0], fitted[1]], name="Slice")
        spread = tf1.image.resize_nearest_neighbor(
            tf.cast(labels[..., None], tf.int32), tf.shape(picture)[1:3], align_corners=True
        )
        tf.cast(tf.squeeze(spread, 3), tf.int64, name="SemanticPredictions")
        return graph.as_graph_def(add_shapes=True)


def strided(size: Size, stride: int) -> Size:
    """Return the size of a feature map, as the exporter computes it."""
    return (size[0] - 1) // stride + 1, (size[1] - 1) // stride + 1


def _prepared(picture: Any, crop: Size) -> tuple[Any, Any]:
    """Shrink so that the longest side fits, pad with the mean pixel, scale to [-1, 1]."""
    pixels = tf.cast(tf.squeeze(picture, 0), tf.float32)
    sides = tf.cast(tf.shape(pixels)[:2], tf.float32)
    scale = tf.minimum(tf.cast(max(crop), tf.float32) / tf.reduce_max(sides), 1.0)
    size = tf.cast(sides * scale, tf.int32)
    pixels = tf1.image.resize_bilinear(pixels[None], size, align_corners=True)[0]
    missing = [crop[axis] - tf.shape(pixels)[axis] for axis in (0, 1)]
    pixels = tf.pad(pixels - 127.5, [[0, missing[0]], [0, missing[1]], [0, 0]]) + 127.5
    pixels.set_shape([*crop, 3])
    return tf.subtract(pixels[None] * (2 / 255), 1.0, name="sub_7"), size
