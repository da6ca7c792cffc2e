"""Operators of an int8 network that stay in float: the named ones, or those that are worth it."""

import re
from typing import Literal

import pytest
from ai_edge_litert import schema_py_generated as schema
from mobile_network import INPUTS, OUTPUT, network, pictures

from litemill.conversion import converter, int8, keep_float, tflite
from litemill.conversion.refit.layer import layers
from litemill.ground.errors import ConversionError
from litemill.settings.recipe import Recipe

CALIBRATION = pictures(6, 0)


def made(wanted: Literal["auto"] | tuple[str, ...], *, refit: bool = False, ruined: bool = False) -> converter.Made:
    recipe = Recipe("int8", 6, keep_float=wanted, refit=refit)
    return int8.convert(network(ruined=ruined), INPUTS, OUTPUT, recipe, CALIBRATION)


def names() -> list[str]:
    return float_weights(converter.convert(network(), INPUTS, OUTPUT, Recipe("none"), {}))


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


@pytest.mark.build
@pytest.mark.parametrize("refit", [False, True])
def test_named_operators_stay_in_float_and_no_others(*, refit: bool) -> None:
    wanted = (names()[1], names()[3])
    result = made(wanted, refit=refit)
    assert float_weights(result.data) == list(wanted)
    assert result.kept_float == wanted


@pytest.mark.build
def test_a_name_that_is_no_operators_output_is_refused_with_the_nearest() -> None:
    name = names()[1]
    with pytest.raises(ConversionError) as caught:
        made((name[:-1],))
    assert str(caught.value) == f"keep_float: no operator gives {name[:-1]!r} -> did you mean {name!r}?"


@pytest.mark.build
def test_the_search_finds_the_layer_that_loses_most_and_its_choice_can_be_pinned() -> None:
    found = made("auto", ruined=True)
    assert found.kept_float == (OUTPUT,)
    assert float_weights(found.data) == [OUTPUT]
    (note,) = found.notes
    assert re.fullmatch(rf"{OUTPUT} in float: output RMS on the calibration samples \S+ to \S+, -?\d+ bytes more", note)
    assert made(found.kept_float, ruined=True).data == found.data


@pytest.mark.build
def test_where_no_layer_is_worth_it_none_is_kept_and_the_note_says_so() -> None:
    found = made("auto")
    assert found.kept_float == ()
    assert found.notes == ("no operator is worth its bytes in float",)
    assert float_weights(found.data) == []
