"""A network of any input size that its strides allow, and the nearest one named where they do not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from deeplabs import Deeplab
from stylizers import Stylizer
from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.graphs.network import fixed, located
from litemill.graphs.run import runner
from litemill.graphs.shapes import output_shape
from litemill.ground.errors import GraphError
from litemill.settings.catalog import Crop, Entry
from litemill.settings.network import Network

tf1 = tf.compat.v1
Size = tuple[int, int]
CUT = {"picture": "ImageTensor", "image": "sub_7", "logits": "ResizeBilinear_2", "resized_logits": "ResizeBilinear_3"}
OUTPUT = {None: "logits", "predict": "bottleneck", "transfer": "stylized"}
SIZES = [(257, 257), (321, 321), (385, 385), (512, 512), (513, 513), (1025, 2049)]


def deeplab(crop: Size) -> tuple[GraphDef, Entry]:
    entry = Entry("frozen_graph", "u", "m", "Apache-2.0", "segmentation", cut=CUT, crop=Crop(crop))
    return Deeplab(crop=crop, decoder=True).graph(shapes=False), entry


@pytest.mark.parametrize("role", ["logits", "resized_logits"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_segmentation_takes_every_common_size(size: Size, role: Any) -> None:
    image = np.random.default_rng(0).uniform(-1, 1, (1, *size, 3)).astype(np.float32)
    settings = Network("source", size, output=role)
    # what was written for 513x513, and what is written for the size, with the same weights
    networks = [fixed(graph, settings, entry) for graph, entry in (deeplab((513, 513)), deeplab(size))]
    found, expected = (runner(graph)({"image": image}, [role])[0] for graph in networks)
    assert found.shape[1:3] == (size if role == "resized_logits" else tuple(-(-side // 2) for side in size))
    np.testing.assert_array_equal(found, expected)


def halving(crop: Size) -> tuple[GraphDef, Entry]:
    """Return a segmentation whose two branches meet where the picture's sides are even alone."""
    with tf.Graph().as_default() as graph:
        picture = tf1.placeholder(tf.uint8, [1, *crop, 3], name="ImageTensor")
        image = tf.subtract(tf.cast(picture, tf.float32) / 127.5, 1.0, name="sub_7")
        rounded_up = tf.nn.conv2d(image, np.ones((3, 3, 3, 4), np.float32), 2, "SAME")
        rounded_down = tf.nn.max_pool2d(image, 2, 2, "VALID")
        tf.identity(tf.concat([rounded_up, rounded_down], 3), name="Logits")
        cut = {"picture": "ImageTensor", "image": "sub_7", "logits": "Logits"}
        entry = Entry("frozen_graph", "u", "m", "Apache-2.0", "segmentation", cut=cut, crop=Crop(crop))
        return graph.as_graph_def(), entry


def doubling(style_side: int | None = None) -> tuple[GraphDef, Entry]:
    """Return a stylization whose picture leaves it in multiples of four, and whose style may have but one size."""
    with tf.Graph().as_default() as graph:
        content, style = (tf1.placeholder(tf.float32, [1, None, None, 3], name) for name in ("content", "style"))
        vector = tf.nn.conv2d(style, np.ones((1, 1, 3, 3), np.float32), 2, "SAME")
        if style_side:
            vector = tf.nn.avg_pool2d(vector, style_side // 2, style_side // 2, "VALID")
        else:
            vector = tf.reduce_mean(vector, [1, 2], keepdims=True)
        vector = tf.identity(vector, name="bottleneck")
        values = tf.nn.conv2d(content, np.ones((3, 3, 3, 3), np.float32), 4, "SAME") * vector
        tf1.image.resize_nearest_neighbor(values, tf.shape(values)[1:3] * 4, name="stylized")
        cut = {role: role for role in ("content", "style", "bottleneck", "stylized")}
        return graph.as_graph_def(), Entry("frozen_graph", "u", "m", "Apache-2.0", "stylization", cut=cut)


@pytest.mark.parametrize(
    ("made", "part", "size", "near"),
    [
        (lambda: halving((512, 512)), None, (513, 513), (512, 512)),
        (lambda: halving((512, 512)), None, (256, 321), (256, 320)),
        (doubling, "transfer", (385, 385), (384, 384)),
        (doubling, "transfer", (255, 384), (256, 384)),
        (doubling, "transfer", (1025, 2049), (1024, 2048)),
        (lambda: doubling(256), "predict", (250, 257), (255, 257)),
    ],
    ids=lambda value: value.__name__ if callable(value) else str(value),
)
def test_a_size_that_the_strides_refuse_is_answered_by_the_nearest(
    made: Callable[[], tuple[GraphDef, Entry]], part: Any, size: Size, near: Size
) -> None:
    graph, entry = made()
    with pytest.raises(GraphError) as caught:
        fixed(graph, Network("mine", size, part=part), entry)
    message = str(caught.value)
    assert f"mine: takes no input of {size[0]}x{size[1]}: expected {near[0]}x{near[1]}, the nearest" in message
    assert f"set input to [{near[0]}, {near[1]}] in params.yaml" in message
    # and it is one that works, with none nearer
    assert output_shape(fixed(graph, Network("mine", near, part=part), entry), OUTPUT[part])
    steps = [abs(a - b) for a, b in zip(size, near, strict=True)]
    for axis, step in enumerate(steps):
        for closer in range(-step + 1, step):
            other = (size[0] + closer, near[1]) if axis == 0 else (near[0], size[1] + closer)
            with pytest.raises(GraphError):
                fixed(graph, Network("mine", other, part=part), entry)


def test_what_is_not_the_sizes_fault_is_said_as_it_is() -> None:
    graph, entry = halving((512, 512))
    entry.cut["logits"] = "Logit"
    with pytest.raises(GraphError, match=r"no node 'Logit' in the graph.*did you mean 'Logits'"):
        fixed(graph, Network("mine", (512, 512)), entry)


@pytest.mark.parametrize(
    ("half", "part", "missing"), [("transfer", "transfer", "style"), ("predict", "transfer", "content")]
)
def test_half_a_stylization_says_where_the_other_half_goes(half: str, part: Any, missing: str, tmp_path: Path) -> None:
    stylizer = Stylizer(tmp_path)
    graph = stylizer.transfer("tf2") if half == "transfer" else stylizer.predict("tf2")
    entry = Entry("saved_model", "u", "m", "Apache-2.0", "stylization")
    with pytest.raises(
        GraphError, match=f"mine: is the {half} half alone: expected one that has {missing}.*`transfer`"
    ):
        located(graph, entry, Network("mine", (64, 64), part=part))


def test_half_a_stylization_is_enough_for_its_predict_network(tmp_path: Path) -> None:
    entry = Entry("saved_model", "u", "m", "Apache-2.0", "stylization")
    found, proof = located(Stylizer(tmp_path).predict("tf2"), entry, Network("mine", (64, 64), part="predict"))
    assert set(found.cut) == {"style", "bottleneck"}
    assert proof["bottleneck_max_error"] < 1e-5
