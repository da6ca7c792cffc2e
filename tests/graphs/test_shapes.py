"""Another input size for a graph whose inner constants were written for one."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.graphs.cut import cut
from litemill.graphs.load import read
from litemill.graphs.run import runner
from litemill.graphs.shapes import output_shape, resize
from litemill.ground.errors import GraphError
from litemill.runtime import Model
from litemill.settings import catalog
from litemill.settings.params import load
from litemill.tasks import images, metrics
from litemill.tasks.segmentation import pixels as segmentation

tf1 = tf.compat.v1
ROOT = Path(__file__).parents[2]
DM05 = "deeplabv3_mnv2_dm05_pascal_trainval_2018_10_01"
OLD = (33, 33)


def half(side: int) -> int:
    return -(-side // 2)


def written_for(size: tuple[int, int]) -> GraphDef:
    """Return a graph as exporters write it: strides, dilations, a pool over all, fixed resizes, shared constants."""
    random = np.random.default_rng(0)

    def weights(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return random.normal(0, 0.3, shape).astype(np.float32)

    small = (half(half(size[0])), half(half(size[1])))
    with tf.Graph().as_default() as graph:
        image = tf1.placeholder(tf.float32, [1, *size, 3], name="image")
        first = tf.nn.relu6(tf.nn.conv2d(image, weights(3, 3, 3, 8), 2, "SAME"))
        features = tf.nn.conv2d(first, weights(3, 3, 8, 8), 2, "SAME")
        for rate in (2, 4):
            features += tf1.nn.depthwise_conv2d(features, weights(3, 3, 8, 1), [1, 1, 1, 1], "SAME", rate=[rate, rate])
        pooled = tf1.nn.avg_pool(features, [1, *small, 1], [1, *small, 1], "VALID")
        small_size = tf.constant(small)
        pooled = tf1.image.resize_bilinear(pooled, small_size, align_corners=True)
        again = tf1.image.resize_bilinear(features, small_size, align_corners=True)
        joined = tf.nn.conv2d(tf.concat([features, pooled, again], 3), weights(1, 1, 24, 5), 1, "SAME", name="small")
        tf1.image.resize_bilinear(joined, tf.constant(size), align_corners=True, name="logits")
        return graph.as_graph_def()


def run(graph: GraphDef, size: tuple[int, int]) -> Iterator[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    image = np.random.default_rng(1).random((1, *size, 3), np.float32)
    yield from runner(graph)({"image": image}, ["small", "logits"])


def test_the_test_graph_has_what_depends_on_the_size() -> None:
    ops = {node.op for node in written_for(OLD).node}
    assert {"SpaceToBatchND", "BatchToSpaceND", "AvgPool", "ResizeBilinear"} <= ops


@pytest.mark.parametrize(
    "size", [(33, 33), (65, 65), (49, 49), (32, 32), (64, 48), (40, 97), (17, 129), (31, 34)], ids=str
)
def test_a_resized_graph_computes_what_one_written_for_the_size_does(size: tuple[int, int]) -> None:
    resized = resize(written_for(OLD), OLD, size)
    for found, expected in zip(run(resized, size), run(written_for(size), size), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert output_shape(resized, "logits") == (1, *size, 5)


def test_a_resize_leaves_the_graph_as_it_was_and_one_to_the_same_size_changes_nothing() -> None:
    graph = written_for(OLD)
    resize(graph, OLD, (65, 65))
    assert graph == written_for(OLD)
    assert resize(graph, OLD, OLD) == graph


def test_a_resize_there_and_back_computes_the_same() -> None:
    there_and_back = resize(resize(written_for(OLD), OLD, (65, 49)), (65, 49), OLD)
    for found, expected in zip(run(there_and_back, OLD), run(written_for(OLD), OLD), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_a_feature_map_of_no_stride_is_refused() -> None:
    with tf.Graph().as_default() as graph:
        image = tf1.placeholder(tf.float32, [1, 33, 33, 3], name="image")
        tf1.image.resize_bilinear(image, tf.constant([20, 20]), name="logits")
    with pytest.raises(
        GraphError, match=r"a feature map of 20 does not follow from an input of 33: .* keep the input at 33x33"
    ):
        resize(graph.as_graph_def(), OLD, (65, 65))


def test_paddings_that_are_no_constants_are_refused() -> None:
    with tf.Graph().as_default() as graph:
        image = tf1.placeholder(tf.float32, [1, 32, 32, 3], name="image")
        pads = tf.zeros([2, 2], tf.int32) * tf.shape(image)[0]
        tf.batch_to_space(tf.space_to_batch(image, [2, 2], pads), [2, 2], pads, name="logits")
    with pytest.raises(GraphError, match="is no dilated convolution with constant paddings"):
        resize(graph.as_graph_def(), (32, 32), (64, 64))


def test_an_output_without_a_fixed_shape_is_refused() -> None:
    with tf.Graph().as_default() as graph:
        tf.identity(tf1.placeholder(tf.float32, [1, None, 4, 3], name="image"), name="logits")
    with pytest.raises(GraphError, match="the shape of 'logits' is not fixed"):
        output_shape(graph.as_graph_def(), "logits")


def test_a_graph_that_does_not_fit_together_is_refused() -> None:
    graph = written_for(OLD)
    next(node for node in graph.node if node.op == "Placeholder").attr["shape"].shape.dim[3].size = 4
    with pytest.raises(GraphError, match="the graph does not fit together"):
        output_shape(graph, "logits")


@pytest.mark.build
def test_dm05_at_257_has_the_labels_of_the_official_257_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    entry = catalog.entry(DM05)
    assert entry.crop is not None
    with tarfile.open(Path("data/embedded", entry.mirror)) as archive:
        member = next(name for name in archive.getnames() if name.endswith("frozen_inference_graph.pb"))
        stream = archive.extractfile(member)
        assert stream is not None
        (tmp_path / "graph.pb").write_bytes(stream.read())
    graph = cut(read(tmp_path / "graph.pb"), {"image": ("sub_7", (1, 513, 513, 3))}, ("logits", "ResizeBilinear_2"))
    network = runner(resize(graph, entry.crop.size, (257, 257)))
    official = Model(Path("data/embedded", catalog.entry("official_deeplabv3_257").mirror), 2, ("image",))
    agreements, seen = [], set()
    for name in load().images.segmentation.evaluation:
        pixels = images.read(Path("data/images", name))
        image = segmentation.prepare(pixels, entry.crop, (257, 257))
        ours = segmentation.labels(network({"image": image[None]}, ["logits"])[0][0], (257, 257), (257, 257))
        theirs = segmentation.labels(official.run({"image": image}), (257, 257), (257, 257))
        seen |= set(np.unique(theirs).tolist())
        agreements.append(metrics.label_agreement(ours, theirs))
    assert len(seen) > 3
    assert min(agreements) >= 0.999
