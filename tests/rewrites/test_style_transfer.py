from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from small_graphs import Transfer, doubled, ops, values

from litemill.rewrites import mirror_pad, style_transfer


def bilinear(tensor: Any) -> Any:
    return tf.raw_ops.ResizeBilinear(images=tensor, size=tf.shape(tensor)[1:3] * 2)


WIDTHS = {
    "small": Transfer(),
    "mobile": Transfer(widths=(8, 16, 32), expanded=(16, 8), blocks=5, bottleneck=100),
    "odd": Transfer(widths=(3, 5, 7), expanded=(11, 9), blocks=1, bottleneck=1),
    "as published": Transfer(widths=(32, 64, 128), expanded=(64, 32), bottleneck=100, size=(16, 16)),
    "wide and low": Transfer(size=(20, 52)),
    "one channel": Transfer(channels=1),
    "no blocks": Transfer(blocks=0),
    "no resize at the end": Transfer(last_resize=False),
    "no biases ahead of norms": Transfer(normed_biases=False),
    "other names": Transfer(scope="a/Conv2D/b"),
}
UNLIKE = {
    "another activation": (Transfer(activation=tf.nn.relu6), "Relu"),
    "another end": (Transfer(end=tf.tanh), "Sigmoid"),
    "symmetric pads": (Transfer(mode="SYMMETRIC"), "reflected pad"),
    "pads of zeros": (Transfer(mode="CONSTANT"), "reflected pad"),
    "a bilinear resize": (Transfer(resize=bilinear), "twice"),
    "aligned corners": (Transfer(resize=lambda x: doubled(x, corners=True)), "twice"),
    "dilations": (Transfer(dilation=2), "without padding"),
    "no shortcuts": (Transfer(shortcut=False), "shortcut"),
    "a style that is computed": (Transfer(shared_bottleneck=False), "bottleneck"),
    "sides that 4 does not divide": (Transfer(size=(34, 32)), "multiples of 4"),
}  # fmt: skip


@pytest.mark.parametrize("network", WIDTHS.values(), ids=WIDTHS)
def test_a_transfer_network_of_any_width_is_built_anew(network: Transfer) -> None:
    graph, feeds = network.graph(), network.feeds()
    found = style_transfer.apply(graph)
    assert (found.places, found.note) == (1, "")
    assert not ops(found.graph) & {"MirrorPad", "ResizeNearestNeighbor"}
    before, after = values(graph, feeds, "stylized"), values(found.graph, feeds, "stylized")
    assert after.shape == before.shape
    np.testing.assert_allclose(after, before, atol=2e-4)
    assert np.std(before) > 0.02


@pytest.mark.parametrize(("network", "reason"), UNLIKE.values(), ids=UNLIKE)
def test_another_network_is_left_alone_and_the_reason_given(network: Transfer, reason: str) -> None:
    graph = network.graph()
    found = style_transfer.apply(graph)
    assert found.graph is graph
    assert found.places == 0
    assert reason in found.note


def test_a_graph_whose_pads_were_rewritten_is_left_alone() -> None:
    found = style_transfer.apply(mirror_pad.apply(Transfer().graph()).graph)
    assert "reflected pad" in found.note


def test_inputs_and_output_keep_their_names_and_shapes() -> None:
    graph = style_transfer.apply(Transfer(size=(20, 24)).graph()).graph
    shapes = {
        node.name: [side.size for side in node.attr["shape"].shape.dim]
        for node in graph.node
        if node.op == "Placeholder"
    }
    assert shapes == {"content": [1, 20, 24, 3], "bottleneck": [1, 1, 1, 5]}
    assert graph.node[-1].name == "stylized"


def test_the_same_graph_gives_the_same_bytes() -> None:
    graph = Transfer().graph()
    first, second = (style_transfer.apply(graph).graph.SerializeToString(deterministic=True) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_a_plain_picture_gives_finite_values(level: float) -> None:
    network = Transfer()
    feeds = network.feeds() | {"content": np.full((1, *network.size, 3), level, np.float32)}
    assert np.isfinite(values(style_transfer.apply(network.graph()).graph, feeds, "stylized")).all()
