from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from small_graphs import graph_of, noise, values

from litemill.rewrites import joined_convs

SHAPE = (1, 6, 5, 4)
WIDE, NARROW = 9, 3


def conv(tensor: Any, width: int, *, side: int = 1, stride: int = 1, seed: int = 1) -> Any:
    return tf.nn.conv2d(tensor, noise(side, side, tensor.shape[3], width, seed=seed), stride, "SAME")


def first(image: Any) -> Any:
    return tf.nn.bias_add(conv(image, WIDE, seed=2), noise(WIDE, seed=3))


def normed(tensor: Any) -> Any:
    gamma, beta, mean, variance = (np.abs(noise(WIDE, seed=seed)) for seed in (4, 5, 6, 7))
    return tf.compat.v1.nn.fused_batch_norm(tensor, gamma, beta, mean, variance, 0.1, is_training=False)[0]


def averaged(tensor: Any) -> Any:
    return tf.reduce_mean(tensor, [1, 2], keepdims=True)


def pooled(tensor: Any) -> Any:
    return tf.nn.avg_pool2d(tensor, 3, 2, "SAME")


def read_twice(tensor: Any) -> Any:
    return conv(tensor, WIDE) + tensor


def branches(tensor: Any, *average: Callable[[Any], Any]) -> Any:
    """Read a map, and what averages give of it."""
    return conv(tensor, 5, seed=8) + sum(averaged(conv(one(tensor), 5, seed=9)) for one in average)


REWRITTEN: dict[str, tuple[int, Callable[[Any], Any]]] = {
    "one behind the other": (1, lambda image: conv(conv(image, WIDE), 5)),
    "a bias between": (1, lambda image: tf.nn.relu(conv(first(image), 5))),
    "a norm between": (1, lambda image: tf.nn.relu(conv(normed(conv(image, WIDE)), 5))),
    "handed on between": (1, lambda image: conv(tf.identity(first(image)), 5)),
    "a mean between": (2, lambda image: branches(first(image), averaged)),
    "pools between": (3, lambda image: branches(first(image), pooled, averaged)),
    "the first two of three": (1, lambda image: conv(conv(conv(image, WIDE), 7, seed=4), 8, seed=5)),
}


@pytest.mark.parametrize(("places", "compute"), REWRITTEN.values(), ids=REWRITTEN)
def test_two_convolutions_become_one(places: int, compute: Callable[[Any], Any]) -> None:
    graph = graph_of(compute, SHAPE)
    found = joined_convs.apply(graph)
    assert found.places == places
    count = [sum(node.op == "Conv2D" for node in one.node) for one in (graph, found.graph)]
    assert count[1] == count[0] - 1
    image = noise(*SHAPE)
    wanted = values(graph, {"image": image})
    np.testing.assert_allclose(values(found.graph, {"image": image}), wanted, atol=1e-5 * np.abs(wanted).max())


LEFT: dict[str, Callable[[Any], Any]] = {
    "an activation between": lambda image: conv(tf.nn.relu(first(image)), 5),
    "a maximum between": lambda image: conv(tf.nn.max_pool2d(first(image), 2, 1, "SAME"), 5),
    "a mean of rows alone": lambda image: conv(tf.reduce_mean(first(image), [2], keepdims=True), 5),
    "another reader": lambda image: read_twice(first(image)),
    "another reader of the mean": lambda image: read_twice(averaged(first(image))),
    "3x3 first": lambda image: conv(conv(image, WIDE, side=3), 5),
    "3x3 behind": lambda image: conv(first(image), 5, side=3),
    "in groups first": lambda image: conv(tf.nn.conv2d(image, noise(1, 1, 2, 8, seed=2), 1, "SAME"), 5),
    "in groups behind": lambda image: tf.nn.conv2d(conv(image, 8), noise(1, 1, 2, 4, seed=2), 1, "SAME"),
    "strided": lambda image: conv(conv(image, WIDE, stride=2), 5),
    "more multiply-adds as one": lambda image: conv(conv(image, NARROW), 20),
}


@pytest.mark.parametrize("compute", LEFT.values(), ids=LEFT)
def test_what_is_another_thing_stays(compute: Callable[[Any], Any]) -> None:
    graph = graph_of(compute, SHAPE)
    found = joined_convs.apply(graph)
    assert (found.places, found.graph) == (0, graph)
    assert found.note == "no two 1x1 convolutions that are cheaper as one"
