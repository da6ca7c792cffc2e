from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from small_graphs import graph_of, noise, normed, ops, values

from litemill.rewrites import equal_resize, normalized_bias, whole_pool

SHAPE = (1, 6, 5, 4)
VECTOR = noise(4, seed=3)


def same(graph: Any, rewritten: Any, atol: float = 1e-6) -> None:
    image = noise(*SHAPE)
    np.testing.assert_allclose(values(rewritten, {"image": image}), values(graph, {"image": image}), atol=atol)


@pytest.mark.parametrize("padding", ["VALID", "SAME"])
def test_a_pool_over_the_whole_map_becomes_a_mean(padding: str) -> None:
    graph = graph_of(lambda image: tf.nn.avg_pool2d(image, (6, 5), (6, 5), padding), SHAPE)
    found = whole_pool.apply(graph)
    assert found.places == 1
    assert "Mean" in ops(found.graph)
    assert "AvgPool" not in ops(found.graph)
    same(graph, found.graph)


@pytest.mark.parametrize("window", [(6, 4), (3, 5), (2, 2)])
def test_a_pool_over_a_part_is_left_alone(window: tuple[int, int]) -> None:
    graph = graph_of(lambda image: tf.nn.avg_pool2d(image, window, (6, 5), "VALID"), SHAPE)
    assert whole_pool.apply(graph).graph is graph


EQUAL = {
    "nearest": lambda image: tf.raw_ops.ResizeNearestNeighbor(images=image, size=tf.shape(image)[1:3] * 1),
    "nearest, centres": lambda image: tf.raw_ops.ResizeNearestNeighbor(
        images=image, size=[6, 5], half_pixel_centers=True
    ),
    "bilinear, corners": lambda image: tf.raw_ops.ResizeBilinear(images=image, size=[6, 5], align_corners=True),
    "bilinear, centres": lambda image: tf.raw_ops.ResizeBilinear(images=image, size=[6, 5], half_pixel_centers=True),
}


@pytest.mark.parametrize("compute", EQUAL.values(), ids=EQUAL)
def test_a_resize_of_equal_size_is_left_out(compute: Callable[[Any], Any]) -> None:
    graph = graph_of(lambda image: tf.abs(compute(tf.square(image))), SHAPE)
    found = equal_resize.apply(graph)
    assert found.places == 1
    assert ops(found.graph) == {"Placeholder", "Square", "Identity", "Abs"}
    same(graph, found.graph, atol=0)


def test_a_resize_ahead_of_the_output_leaves_the_output_its_name() -> None:
    found = equal_resize.apply(graph_of(EQUAL["nearest"], SHAPE))
    assert found.graph.node[-1].name == "logits"


def test_a_resize_to_another_size_is_left_alone() -> None:
    graph = graph_of(lambda image: tf.raw_ops.ResizeBilinear(images=image, size=[6, 6]), SHAPE)
    assert equal_resize.apply(graph).graph is graph


def additions(graph: Any) -> int:
    return sum(node.op in {"BiasAdd", "AddV2"} for node in graph.node)


BIASES: dict[str, Callable[[Any], Any]] = {
    "BiasAdd": lambda image: tf.nn.bias_add(image, VECTOR),
    "Add": lambda image: image + VECTOR,
    "Add, the constant first": lambda image: VECTOR + image,
    "Add of one number": lambda image: image + np.float32(3),
}


@pytest.mark.parametrize("add", BIASES.values(), ids=BIASES)
def test_a_bias_ahead_of_an_instance_normalization_is_left_out(add: Callable[[Any], Any]) -> None:
    graph = graph_of(lambda image: normed(add(tf.square(image)), VECTOR, VECTOR), SHAPE)
    found = normalized_bias.apply(graph)
    assert found.places == 1
    assert additions(found.graph) == additions(graph) - 1
    same(graph, found.graph, atol=1e-5)


def read_elsewhere(image: Any) -> Any:
    biased = tf.nn.bias_add(image, VECTOR)
    return normed(biased, VECTOR, VECTOR) + biased


def mean_read_elsewhere(image: Any) -> Any:
    biased = tf.nn.bias_add(image, VECTOR)
    mean, variance = tf.nn.moments(biased, [1, 2], keepdims=True)
    return tf.nn.batch_normalization(biased, mean, variance, VECTOR, VECTOR, 1e-5) + mean


KEPT: dict[str, Callable[[Any], Any]] = {
    "read elsewhere": read_elsewhere,
    "its mean is read elsewhere": mean_read_elsewhere,
    "constant statistics": lambda image: tf.nn.batch_normalization(image + VECTOR, VECTOR, VECTOR**2, None, None, 1e-5),
    "a map": lambda image: normed(image + noise(6, 5, 4), VECTOR, VECTOR),
    "a vector a row": lambda image: normed(image + noise(5, 1), VECTOR, VECTOR),
}  # fmt: skip


@pytest.mark.parametrize("compute", KEPT.values(), ids=KEPT)
def test_a_bias_that_is_seen_is_kept(compute: Callable[[Any], Any]) -> None:
    graph = graph_of(compute, SHAPE)
    assert normalized_bias.apply(graph).graph is graph
