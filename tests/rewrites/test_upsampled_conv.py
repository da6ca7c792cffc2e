from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from small_graphs import doubled, graph_of, noise, ops, padded, values

from litemill.rewrites import upsampled_conv


def conv(tensor: Any, size: int = 3, outputs: int = 4, **settings: Any) -> Any:
    return tf.nn.conv2d(
        tensor, noise(size, size, tensor.shape[3], outputs, seed=1), **{"strides": 1, "padding": "VALID", **settings}
    )


@pytest.mark.parametrize("shape", [(1, 5, 7, 3), (2, 1, 4, 1), (1, 8, 8, 30)])
@pytest.mark.parametrize("mode", ["REFLECT", "SYMMETRIC"])
def test_a_conv_behind_a_doubled_map_is_computed_on_the_small_map(shape: tuple[int, ...], mode: str) -> None:
    graph = graph_of(lambda image: conv(padded(doubled(image), 1, mode)), shape)
    found = upsampled_conv.apply(graph)
    assert found.places == 1
    assert not ops(found.graph) & {"ResizeNearestNeighbor", "MirrorPad"}
    image = noise(*shape)
    before, after = values(graph, {"image": image}), values(found.graph, {"image": image})
    np.testing.assert_allclose(after, before, atol=1e-5 * np.abs(before).max())


LEFT: dict[str, Callable[[Any], Any]] = {
    "a stride": lambda image: conv(padded(doubled(image), 1), strides=2),
    "a dilation": lambda image: conv(padded(doubled(image), 1), dilations=2),
    "5x5": lambda image: conv(padded(doubled(image), 2), size=5),
    "a wider pad": lambda image: conv(padded(doubled(image), 2)),
    "a pad of zeros": lambda image: conv(padded(doubled(image), 1, "CONSTANT")),
    "no pad": lambda image: conv(doubled(image)),
    "aligned corners": lambda image: conv(padded(doubled(image, corners=True), 1)),
    "three times the size": lambda image: conv(
        padded(tf.raw_ops.ResizeNearestNeighbor(images=image, size=[15, 21]), 1)
    ),
    "bilinear": lambda image: conv(padded(tf.raw_ops.ResizeBilinear(images=image, size=[10, 14]), 1)),
}


@pytest.mark.parametrize("compute", LEFT.values(), ids=LEFT)
def test_another_structure_is_left_alone(compute: Callable[[Any], Any]) -> None:
    graph = graph_of(compute, (1, 5, 7, 3))
    found = upsampled_conv.apply(graph)
    assert found.graph is graph
    assert found.note
