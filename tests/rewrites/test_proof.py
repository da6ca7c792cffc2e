from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from small_graphs import graph_of, noise

from litemill.ground.errors import GraphError
from litemill.rewrites.proof import Proof, prove, results

INPUTS = {"image": noise(3, 8, 8, 2)}
KERNEL = noise(3, 3, 2, 4, seed=1)


def convolved(kernel: Any) -> Any:
    return graph_of(lambda image: tf.nn.conv2d(image, kernel, 1, "SAME"), (1, 8, 8, 2))


def proven(rewritten: Any, original: Any, inputs: Any, **limits: float) -> Proof:
    got, wanted = (results(graph, "logits", inputs) for graph in (rewritten, original))
    return prove(got, wanted, **limits)


def test_a_graph_is_equal_to_itself() -> None:
    proof = proven(convolved(KERNEL), convolved(KERNEL), INPUTS)
    assert (proof.samples, proof.max_error, proof.psnr_db, proof.least_psnr_db) == (3, 0, 160, 160)


def test_one_wrong_tap_is_an_error() -> None:
    wrong = KERNEL.copy()
    wrong[0, 0, 0, 0] += 0.01
    with pytest.raises(GraphError, match="gives something else"):
        proven(convolved(wrong), convolved(KERNEL), INPUTS)


def test_the_tolerance_is_the_callers() -> None:
    wrong = KERNEL * np.float32(1.01)
    proof = proven(convolved(wrong), convolved(KERNEL), INPUTS, least_psnr_db=30, largest_error=0.02)
    assert 40 < proof.least_psnr_db <= proof.psnr_db < 80
    assert 1e-3 < proof.max_error < 0.01


@pytest.mark.parametrize("compute", [lambda image: image / 0, lambda image: image[:, 1:]], ids=["infinite", "smaller"])
def test_what_can_not_be_compared_is_an_error(compute: Any) -> None:
    with pytest.raises(GraphError, match="gives something else"):
        proven(graph_of(compute, (1, 8, 8, 2)), graph_of(tf.abs, (1, 8, 8, 2)), INPUTS)


@pytest.mark.parametrize("inputs", [{}, {"image": INPUTS["image"][:0]}], ids=["none", "empty"])
def test_without_inputs_nothing_is_proven(inputs: dict[str, Any]) -> None:
    with pytest.raises(GraphError, match="no inputs"):
        proven(convolved(KERNEL), convolved(KERNEL), inputs)
