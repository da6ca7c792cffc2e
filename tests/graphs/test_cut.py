"""The part of a graph between named tensors."""

from collections.abc import Iterable

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.graphs.cut import cut, node_of
from litemill.graphs.run import runner
from litemill.ground.errors import GraphError

tf1 = tf.compat.v1
SIZE = (1, 4, 4, 3)
INPUT = {"image": ("sub_7", SIZE)}
VALUES = np.random.default_rng(0).random(SIZE, np.float32)


def whole() -> GraphDef:
    """Return picture -> scaled -> two branches -> labels, with a second input, control edges and asserts beside it."""
    with tf.Graph().as_default() as graph:
        picture = tf1.placeholder(tf.uint8, [1, None, None, 3], name="ImageTensor")
        other = tf1.placeholder(tf.float32, [1, 4, 4, 3], name="other")
        scaled = tf.cast(picture, tf.float32) / 127.5
        image = tf.subtract(scaled, 1.0, name="sub_7")
        image.set_shape(SIZE)
        with tf.control_dependencies([tf1.assert_greater(tf.shape(picture)[1], 0)]):
            first = tf.multiply(image, 2.0, name="logits")  # named as a role is
        halves = tf.split(first, [1, 2], axis=3, name="halves")
        joined = tf.concat([halves[1], halves[0]], 3, name="joined")
        tf.add(joined, other, name="both")
        tf.argmax(joined, 3, name="labels")
        return graph.as_graph_def(add_shapes=True)


def names(graph: GraphDef) -> list[str]:
    return [node.name for node in graph.node]


def ops(graph: GraphDef, wanted: str) -> Iterable[str]:
    return [node.name for node in graph.node if node.op == wanted]


def test_a_cut_computes_what_the_whole_does_between_its_nodes() -> None:
    part = cut(whole(), INPUT, ("resized_logits", "joined"))
    found = runner(part)({"image": VALUES}, ["resized_logits"])[0]
    np.testing.assert_array_equal(found, np.roll(VALUES * 2, -1, axis=3))


def test_inputs_and_output_have_the_names_of_their_roles_and_fixed_shapes() -> None:
    part = cut(whole(), INPUT, ("resized_logits", "joined"))
    assert ops(part, "Placeholder") == ["image"]
    placeholder = next(node for node in part.node if node.name == "image")
    assert [dim.size for dim in placeholder.attr["shape"].shape.dim] == list(SIZE)
    assert part.node[-1].name == "resized_logits"


def test_a_node_that_has_the_name_of_a_role_gives_way() -> None:
    part = cut(whole(), INPUT, ("logits", "joined"))
    assert len(set(names(part))) == len(part.node)
    assert "cut/logits" in names(part)
    found = runner(part)({"image": VALUES}, ["logits"])[0]
    np.testing.assert_array_equal(found, np.roll(VALUES * 2, -1, axis=3))


def test_a_node_that_is_cut_out_under_its_own_name_is_found() -> None:
    part = cut(whole(), INPUT, ("logits", "logits"))
    np.testing.assert_array_equal(runner(part)({"image": VALUES}, ["logits"])[0], VALUES * 2)
    same = cut(whole(), {"sub_7": ("sub_7", SIZE)}, ("joined", "joined"))
    np.testing.assert_array_equal(runner(same)({"sub_7": VALUES}, ["joined"])[0], np.roll(VALUES * 2, -1, axis=3))


def test_what_lies_outside_is_left_out_with_its_control_edges_and_old_shapes() -> None:
    part = cut(whole(), INPUT, ("resized_logits", "joined"))
    assert not {"ImageTensor", "Cast", "labels", "other", "both"} & set(names(part))
    assert [name for node in part.node for name in node.input if name.startswith("^")] == []
    assert [node.name for node in part.node if "_output_shapes" in node.attr] == []


def test_a_cut_leaves_the_whole_as_it_was() -> None:
    graph = whole()
    cut(graph, INPUT, ("logits", "joined"))
    assert graph == whole()


@pytest.mark.parametrize(
    ("inputs", "output", "said"),
    [
        (
            {"image": ("sub7", SIZE)},
            "joined",
            "no node 'sub7' in the graph: expected the cut's node -> did you mean 'sub_7'?",
        ),
        (INPUT, "joint", "no node 'joint' in the graph: expected the cut's node -> did you mean 'joined'?"),
        (INPUT, "sub_7:0", "did you mean 'sub_7'?"),
    ],
)
def test_a_node_that_is_not_there_is_named_with_the_nearest(
    inputs: dict[str, tuple[str, tuple[int, ...]]], output: str, said: str
) -> None:
    with pytest.raises(GraphError) as caught:
        cut(whole(), inputs, ("logits", output))
    assert said in str(caught.value)


@pytest.mark.parametrize(("inputs", "output", "left"), [({}, "joined", "ImageTensor"), (INPUT, "both", "other")])
def test_an_input_that_still_reaches_the_output_is_named(
    inputs: dict[str, tuple[str, tuple[int, ...]]], output: str, left: str
) -> None:
    with pytest.raises(GraphError, match=f"input '{left}' still reaches '{output}'"):
        cut(whole(), inputs, ("logits", output))


def test_both_inputs_of_a_cut_may_be_given() -> None:
    part = cut(whole(), INPUT | {"content": ("other", SIZE)}, ("logits", "both"))
    found = runner(part)({"image": VALUES, "content": VALUES}, ["logits"])[0]
    np.testing.assert_array_equal(found, np.roll(VALUES * 2, -1, axis=3) + VALUES)


def test_a_graph_that_lacks_a_node_is_refused() -> None:
    graph = whole()
    graph.node.remove(next(node for node in graph.node if node.name == "halves/split_dim"))
    with pytest.raises(GraphError, match="node 'halves/split_dim' is used and not there -> the graph is damaged"):
        cut(graph, INPUT, ("logits", "joined"))


def test_a_node_is_told_from_what_stands_around_its_name() -> None:
    assert [node_of(name) for name in ("a/b", "a/b:1", "^a/b")] == ["a/b"] * 3


def test_two_outputs_of_one_network_are_what_each_is_alone() -> None:
    outputs = [("first", "logits"), ("second", "joined")]
    both = runner(cut(whole(), INPUT, *outputs))({"image": VALUES}, ["first", "second"])
    for found, (role, node) in zip(both, outputs, strict=True):
        np.testing.assert_array_equal(found, runner(cut(whole(), INPUT, (role, node)))({"image": VALUES}, [role])[0])
