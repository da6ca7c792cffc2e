import numpy as np
import pytest
import tensorflow as tf
from small_graphs import graph_of, noise, ops, values

from litemill.rewrites import mirror_pad

PADS = {"one": [[0, 0], [1, 1], [1, 1], [0, 0]], "four": [[0, 0], [4, 4], [4, 4], [0, 0]],
        "uneven": [[0, 0], [0, 3], [2, 1], [0, 0]], "wide": [[0, 0], [6, 5], [5, 6], [0, 0]],
        "channels": [[0, 0], [0, 0], [0, 0], [1, 2]]}  # fmt: skip


@pytest.mark.parametrize("mode", ["REFLECT", "SYMMETRIC"])
@pytest.mark.parametrize("pads", PADS.values(), ids=PADS)
def test_a_mirrored_pad_becomes_slices_of_the_same_values(pads: list[list[int]], mode: str) -> None:
    graph = graph_of(lambda image: tf.pad(image, pads, mode), (1, 7, 8, 3))
    found = mirror_pad.apply(graph)
    assert found.places == 1
    assert "MirrorPad" in ops(graph)
    assert ops(found.graph) <= {"Placeholder", "Const", "Slice", "ConcatV2", "Identity"}
    image = noise(1, 7, 8, 3)
    np.testing.assert_array_equal(values(found.graph, {"image": image}), values(graph, {"image": image}))


def test_a_pad_of_two_readers_is_replaced_for_both() -> None:
    def compute(image: tf.Tensor) -> tf.Tensor:
        pad = tf.pad(image, PADS["one"], "REFLECT")
        return tf.abs(pad) + pad

    graph, image = graph_of(compute, (1, 4, 4, 2)), noise(1, 4, 4, 2)
    found = mirror_pad.apply(graph)
    np.testing.assert_array_equal(values(found.graph, {"image": image}), values(graph, {"image": image}))


def test_a_pad_of_zeros_is_left_alone() -> None:
    graph = graph_of(lambda image: tf.pad(image, PADS["one"]), (1, 4, 4, 2))
    found = mirror_pad.apply(graph)
    assert found.graph is graph
    assert (found.places, found.note) == (0, "no mirrored padding of constant width")


def test_a_pad_of_an_open_shape_is_left_alone() -> None:
    with tf.Graph().as_default() as whole:
        image = tf.compat.v1.placeholder(tf.float32, (1, None, None, 3), "image")
        tf.identity(tf.pad(image, PADS["one"], "REFLECT"), "logits")
        assert mirror_pad.apply(whole.as_graph_def()).places == 0
