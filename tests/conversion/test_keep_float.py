"""Operators of an int8 network that stay in float: the named ones, or those that are worth it."""

from typing import Literal

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from mobile_network import INPUTS, OUTPUT, network, pictures

from litemill.conversion import converter, int8, keep_float, tflite
from litemill.conversion.layer import layers
from litemill.core.errors import ConversionError
from litemill.core.recipe import Recipe

CALIBRATION = pictures(6, 0)


def made(wanted: Literal["auto"] | tuple[str, ...], *, refit: bool = False) -> int8.Int8:
    return int8.convert(network(), INPUTS, OUTPUT, Recipe("int8", 6, keep_float=wanted, refit=refit), CALIBRATION)


def names() -> list[str]:
    data = converter.convert(network(), INPUTS, OUTPUT, Recipe("none"), {})
    return [layer.name for layer in layers(tflite.read(data), schema.TensorType.FLOAT32)]


def float_weights(data: bytes) -> list[str]:
    return [layer.name for layer in layers(tflite.read(data), schema.TensorType.FLOAT32)]


@pytest.mark.parametrize(
    ("before", "after", "worth"),
    [
        ((1.0, 1000), (0.5, 1010), True),
        ((1.0, 1000), (0.95, 1001), False),  # hardly truer
        ((1.0, 1000), (0.5, 1400), False),  # too many bytes
        ((1.0, 1000), (1.1, 1000), False),
        ((0.0, 1000), (0.0, 1000), False),
    ],
)
def test_an_operator_pays_where_much_error_goes_for_few_bytes(
    before: tuple[float, int], after: tuple[float, int], *, worth: bool
) -> None:
    assert keep_float.pays(*before, *after) is worth


@pytest.mark.slow
@pytest.mark.parametrize("refit", [False, True])
def test_named_operators_stay_in_float_and_no_others(*, refit: bool) -> None:
    wanted = (names()[1], names()[3])
    result = made(wanted, refit=refit)
    assert float_weights(result.data) == list(wanted)
    assert result.kept_float == wanted


@pytest.mark.slow
def test_a_name_that_is_no_operators_output_is_refused_with_the_nearest() -> None:
    name = names()[1]
    with pytest.raises(ConversionError) as caught:
        made((name[:-1],))
    assert str(caught.value) == f"keep_float: no operator gives {name[:-1]!r} -> did you mean {name!r}?"


@pytest.mark.slow
def test_the_search_finds_what_pays_and_what_it_names_can_be_pinned() -> None:
    found = made("auto")
    assert 1 <= len(found.kept_float) <= keep_float.MOST
    assert float_weights(found.data) == [name for name in names() if name in found.kept_float]
    assert [note.partition(" in float: output RMS")[0] for note in found.notes] == list(found.kept_float)
    assert made(found.kept_float).data == found.data


@pytest.mark.slow
def test_the_search_leaves_no_better_first_choice() -> None:
    data = converter.by_tensorflow(network(), INPUTS, OUTPUT, Recipe("int8", 6), CALIBRATION, calibrate_only=True)
    original = tflite.read(data)
    kept, _ = keep_float.search(original, int8.quantized, CALIBRATION)
    exact = keep_float.outputs(data, CALIBRATION)

    def error(name: str) -> float:
        return float(np.mean(np.square(keep_float.outputs(int8.quantized(original, [name]), CALIBRATION) - exact)))

    assert error(kept[0]) == min(map(error, names()))
