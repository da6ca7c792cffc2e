from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from small_graphs import graph_of, noise, ops, values

from litemill.rewrites import pooled_branch
from litemill.rewrites.registry import apply_all

SHAPE = (1, 6, 5, 4)
WIDTH = 3


def pooled(image: Any, resize: Callable[..., Any] = tf.compat.v1.image.resize_bilinear) -> Any:
    mean = tf.nn.conv2d(tf.reduce_mean(image, [1, 2], keepdims=True), noise(1, 1, 4, 2, seed=1), 1, "SAME")
    return resize(mean, SHAPE[1:3], align_corners=True)


def projected(maps: list[Any], side: int = 1, stride: int = 1) -> Any:
    joined = tf.concat(maps, axis=3)
    return tf.nn.conv2d(joined, noise(side, side, joined.shape[3], WIDTH, seed=2), stride, "SAME")


def normed(tensor: Any, *, training: bool = False) -> Any:
    gamma, beta, mean, variance = (np.abs(noise(WIDTH, seed=seed)) for seed in (3, 4, 5, 6))
    known = {} if training else {"mean": mean, "variance": variance}
    return tf.compat.v1.nn.fused_batch_norm(tensor, gamma, beta, is_training=training, epsilon=0.1, **known)[0]


def biased(tensor: Any) -> Any:
    return tf.nn.bias_add(tensor, noise(WIDTH, seed=7))


def read_twice(tensor: Any) -> Any:
    return normed(tensor) + tensor


def same(graph: Any, rewritten: Any) -> None:
    image = noise(*SHAPE)
    np.testing.assert_allclose(values(rewritten, {"image": image}), values(graph, {"image": image}), atol=1e-5)


REWRITTEN: dict[str, Callable[[Any], Any]] = {
    "the branch first": lambda image: projected([pooled(image), tf.abs(image)]),
    "the branch last": lambda image: projected([tf.abs(image), pooled(image)]),
    "among several": lambda image: projected([tf.abs(image), pooled(image), tf.square(image)]),
    "nearest": lambda image: projected([pooled(image, tf.compat.v1.image.resize_nearest_neighbor), image]),
    "a bias": lambda image: tf.nn.relu(biased(projected([pooled(image), image]))),
    "a norm": lambda image: tf.nn.relu(normed(projected([pooled(image), image]))),
    "a norm of what is seen": lambda image: normed(projected([pooled(image), image]), training=True),
    "a norm and another reader": lambda image: read_twice(projected([pooled(image), image])),
}


@pytest.mark.parametrize("compute", REWRITTEN.values(), ids=REWRITTEN)
def test_a_branch_of_one_pixel_is_added_behind_the_convolution(compute: Callable[[Any], Any]) -> None:
    graph = graph_of(compute, SHAPE)
    found = pooled_branch.apply(graph)
    assert found.places == 1
    assert not ops(found.graph) & {"ResizeBilinear", "ResizeNearestNeighbor"}
    same(graph, found.graph)


@pytest.mark.parametrize("name", ["a bias", "a norm"])
def test_what_scales_the_sum_goes_into_the_weights(name: str) -> None:
    found = pooled_branch.apply(graph_of(REWRITTEN[name], SHAPE))
    assert "FusedBatchNormV3" not in ops(found.graph)
    (last,) = (node for node in found.graph.node if node.op == "Relu")
    nodes = {node.name: node for node in found.graph.node}
    assert nodes[nodes[last.input[0]].input[0]].op == "AddV2"


LEFT: dict[str, Callable[[Any], Any]] = {
    "no pixel": lambda image: projected([tf.abs(image), image]),
    "two pixels": lambda image: projected([pooled(image), pooled(tf.abs(image)), image]),
    "3x3": lambda image: projected([pooled(image), image], side=3),
    "strided": lambda image: projected([pooled(image), image], stride=2),
    "padded": lambda image: tf.nn.conv2d(
        tf.concat([pooled(image), image], 3), noise(1, 1, 6, WIDTH), 1, [[0, 0], [1, 1], [1, 1], [0, 0]]),
    "in groups": lambda image: tf.nn.conv2d(tf.concat([pooled(image), image], 3), noise(1, 1, 3, 4), 1, "SAME"),
    "joined below": lambda image: tf.nn.conv2d(
        tf.concat([tf.compat.v1.image.resize_bilinear(image[:, :1, :1], SHAPE[1:3]), image], axis=1),
        noise(1, 1, 4, WIDTH), 1, "SAME"),
}  # fmt: skip


@pytest.mark.parametrize("compute", LEFT.values(), ids=LEFT)
def test_other_convolutions_are_left_alone(compute: Callable[[Any], Any]) -> None:
    graph = graph_of(compute, SHAPE)
    found = pooled_branch.apply(graph)
    assert found.graph is graph
    assert found.note


def test_it_goes_with_a_pool_that_becomes_a_mean() -> None:
    def branch(image: Any) -> Any:
        pool = tf.nn.avg_pool2d(image, SHAPE[1:3], SHAPE[1:3], "VALID")
        return projected([tf.compat.v1.image.resize_bilinear(pool, SHAPE[1:3], align_corners=True), image])

    graph = graph_of(branch, SHAPE)
    found, applied = apply_all(graph, ["whole_pool", "pooled_branch"])
    assert [one.places for one in applied] == [1, 1]
    same(graph, found)
