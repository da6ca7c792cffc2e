"""Which tensors a network has."""

import pytest

from litemill.graphs.reference import ORIGINALS
from litemill.settings.network import Network
from litemill.tasks.registry import TASKS, task_of

SEGMENTATION = Network("deeplab", (513, 513))
RESIZED = Network("deeplab", (513, 513), output="resized_logits")
PREDICT = Network("magenta", (256, 256), part="predict")
TRANSFER = Network("magenta", (384, 384), part="transfer")


@pytest.mark.parametrize(
    ("network", "inputs", "output"),
    [
        (SEGMENTATION, ("image",), "logits"),
        (RESIZED, ("image",), "resized_logits"),
        (PREDICT, ("style",), "bottleneck"),
        (TRANSFER, ("content", "bottleneck"), "stylized"),
    ],
)
def test_a_network_has_the_inputs_and_the_output_of_its_part(
    network: Network, inputs: tuple[str, ...], output: str
) -> None:
    assert task_of(network).inputs == inputs
    assert task_of(network).output(network) == output


def test_what_predict_gives_is_what_transfer_takes() -> None:
    assert task_of(PREDICT).output(PREDICT) in task_of(TRANSFER).inputs


def test_the_original_of_every_task_can_be_asked() -> None:
    assert set(ORIGINALS) == set(TASKS)
