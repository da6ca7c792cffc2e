"""The frozen graph that DeepLab's exporter writes, around the weights of a released TFLite file.

Pixels come in by `ImageTensor` (uint8 [1, height, width, 3], any size), are shrunk so that the longest side
fits the crop, padded with grey, brought to [-1, 1] (`sub_7`); labels leave by `SemanticPredictions` (int64
[1, height, width]), at the size of the picture that came in.
"""

import re

import numpy as np
import tensorflow as tf
from batch_norm import MadeUpNorms, frozen
from convolution import constant
from released_tflite import ReleasedModel
from replay import Replay, Size

from litemill.ground.errors import GraphError

tf1 = tf.compat.v1

GREY = 127.5


def deeplab_graph(model: ReleasedModel, crop: tuple[int, int], *, batch_norm: bool) -> tf.compat.v1.GraphDef:
    """Write the graph of a DeepLab file.

    Parameters
    ----------
    model
        The TFLite file: picture in [-1, 1] in, logits or labels out.
    crop
        Height and width, in pixels, that the graph is to work at; the file's own may differ.
    batch_norm
        Whether to write batch normalization (its parts made up) and variables as the exporter does.

    Raises
    ------
    GraphError
        If the file is no DeepLab.
    """
    resizes = [operator.outputs[0] for operator in model.operators if operator.kind == "RESIZE_BILINEAR"]
    if not resizes:
        raise GraphError(f"{model.path}: is no DeepLab", expected="bilinear resizes to logits", got="none")
    with tf.Graph().as_default() as graph:
        picture = tf1.placeholder(tf.uint8, [1, None, None, 3], name="ImageTensor")
        picture_size = tf.shape(picture)[1:3]
        pixels, shrunk_size = _prepared(picture, crop)
        tensors = Replay(
            model,
            {model.inputs[0]: pixels},
            sizes=_sizes(model, resizes, crop),
            rename=_Renaming([model.name(tensor) for tensor in resizes]),
            norms=MadeUpNorms() if batch_norm else None,
            weight=frozen if batch_norm else constant,
        ).run()
        _predict(tensors[resizes[-1]], shrunk_size, picture_size)
        return graph.as_graph_def(add_shapes=True)


def _prepared(picture: tf.Tensor, crop: tuple[int, int]) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the picture as the network takes it, and the size that it has been shrunk to."""
    height, width = crop
    pixels = tf.cast(tf.squeeze(picture, 0), tf.float32)
    size = tf.cast(tf.shape(pixels)[:2], tf.float32)
    longest = tf.reduce_max(size)
    scale = tf.cast(max(crop), tf.float32) / longest
    scale = tf.minimum(scale, 1.0)  # the exporter shrinks, and never enlarges
    target = tf.cast(tf.maximum(size * scale, 1.0), tf.int32)
    pixels = tf1.image.resize_bilinear(tf.expand_dims(pixels, 0), target, align_corners=True)[0]
    rows, columns = tf.shape(pixels)[0], tf.shape(pixels)[1]
    grey = tf.constant(GREY)
    pixels = tf.pad(pixels - grey, [[0, height - rows], [0, width - columns], [0, 0]]) + grey
    pixels.set_shape([height, width, 3])
    pixels = tf.expand_dims(pixels, 0, name="ExpandDims_1")
    pixels = tf1.multiply(pixels, 2.0 / 255.0, name="mul_1")
    return tf1.subtract(pixels, 1.0, name="sub_7"), target


def _sizes(model: ReleasedModel, resizes: list[int], crop: tuple[int, int]) -> dict[str, Size]:
    """Return the resizes' sizes at this crop: the file's strides kept, the last one back to the crop."""
    source_height = model.shape(model.inputs[0])[1]
    sizes: dict[str, Size] = {}
    for tensor in resizes:
        stride = round(source_height / model.shape(tensor)[1])
        sizes[model.name(tensor)] = np.array([-(-side // stride) for side in crop], np.int32)
    sizes[model.name(resizes[-1])] = np.array(crop, np.int32)
    return sizes


class _Renaming:
    """Numbers the resizes as the released graphs do, which count the one of the preprocessing too."""

    def __init__(self, resizes: list[str]) -> None:
        self._shift = 0 if "ResizeBilinear_3" in resizes else 1
        self._decoder = "decoder/ResizeBilinear" in resizes

    def __call__(self, name: str) -> str:
        match = re.fullmatch(r"ResizeBilinear(?:_(\d+))?", name)
        if match is None or not self._shift:
            return name
        number = int(match.group(1) or 0) + self._shift
        # a decoder's resize takes a number too
        return f"ResizeBilinear_{number + 1 if self._decoder and number > 1 else number}"


def _predict(logits: tf.Tensor, shrunk_size: tf.Tensor, picture_size: tf.Tensor) -> None:
    """Write the labels: the likeliest class, the padding cut off, resized to the picture."""
    labels = tf1.argmax(logits, 3, name="ArgMax")
    labels = tf.slice(labels, [0, 0, 0], tf.stack([1, shrunk_size[0], shrunk_size[1]]), name="Slice")
    resized = tf1.image.resize_nearest_neighbor(
        tf.cast(tf.expand_dims(labels, 3), tf.int32), picture_size, align_corners=True
    )
    tf.identity(tf.cast(tf.squeeze(resized, 3), tf.int64), name="SemanticPredictions")
