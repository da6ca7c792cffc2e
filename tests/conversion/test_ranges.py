"""Ranges of activations: few values clipped where that makes the others finer."""

import numpy as np
import pytest
from mobile_network import INPUTS, OUTPUT, network, pictures

from litemill.conversion import converter, tflite
from litemill.conversion.refit.ranges import extremes, least_squares, set_ranges
from litemill.settings.recipe import Recipe

RANDOM = np.random.default_rng(0)


def test_even_values_keep_their_whole_range() -> None:
    values = np.linspace(-1, 3, 1001, dtype=np.float32)
    assert least_squares(values) == pytest.approx((-1, 3))


def test_one_value_far_out_is_clipped_so_that_the_others_are_finer() -> None:
    values = np.append(RANDOM.exponential(1, 500_000), 60).astype(np.float32)
    assert least_squares(values)[1] < 0.7 * 60


def test_a_range_holds_0() -> None:
    assert extremes(np.array([2, 3], np.float32)) == (0, 3)
    assert extremes(np.array([-3, -2], np.float32)) == (-3, 0)
    assert least_squares(np.array([2, 3], np.float32))[0] == 0


def test_values_that_are_all_0_have_a_range_of_nothing() -> None:
    assert least_squares(np.zeros(10, np.float32)) == (0, 0)


@pytest.mark.build
def test_ranges_of_a_network_stay_within_what_was_seen_and_the_inputs_is_whole() -> None:
    samples = pictures(4, 0)
    data = converter.convert(network(), INPUTS, OUTPUT, Recipe("int8", 4), samples, calibrate_only=True)
    seen, model = tflite.read(data).subgraphs[0], tflite.read(data)
    set_ranges(model, samples)
    found = model.subgraphs[0]
    narrower = 0
    for old, new in zip(seen.tensors, found.tensors, strict=True):
        if old.quantization is None or old.quantization.min is None:
            continue
        assert min(old.quantization.min[0], 0) - 1e-4 <= new.quantization.min[0] <= 0
        assert 0 <= new.quantization.max[0] <= max(old.quantization.max[0], 0) + 1e-4
        narrower += new.quantization.max[0] < 0.99 * old.quantization.max[0]
    (entry,) = found.inputs
    assert found.tensors[entry].quantization.max[0] == samples["image"].max()
    assert found.tensors[entry].quantization.min[0] == samples["image"].min()
    assert narrower
