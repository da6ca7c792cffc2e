"""How far the int8 values of an activation reach: as far as makes their squared error least."""

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from litemill.conversion import tflite
from litemill.conversion.refit.layer import spread
from litemill.conversion.refit.layerwise import Layerwise, Values
from litemill.ground import process

Floats = npt.NDArray[np.float32]


Range = tuple[float, float]


# of an activation that are looked at, a sample
VALUES = 16_000


# of the range from least to greatest value
SHARES = np.linspace(0.4, 1, 31)


LEAST, GREATEST = -128, 127


# in int8 these hand on values as they come, or want one scale for all; where ranges differ, the converter requantizes
SAME_SCALE = frozenset(("AVERAGE_POOL_2D", "CONCATENATION", "RESIZE_BILINEAR"))


def set_ranges(model: schema.ModelT, samples: Mapping[str, Values]) -> None:
    """Set the range of each activation of a calibrated float network to the best one over the samples.

    What enters the network keeps its whole range.
    """
    graph = model.subgraphs[0]

    def best(activation: tuple[int, Floats]) -> tuple[int, Range]:
        index, values = activation
        return index, extremes(values) if index in graph.inputs else least_squares(values)

    found = dict(process.each(best, _activations(model, samples)))
    for index, (low, high) in _joined(model, found).items():
        quantization = graph.tensors[index].quantization
        quantization.min, quantization.max = np.array([low], np.float32), np.array([high], np.float32)


def extremes(values: Floats) -> Range:
    """Return the range of all values; 0 is in it, since int8 must have it."""
    return min(float(values.min()), 0.0), max(float(values.max()), 0.0)


def least_squares(values: Floats) -> Range:
    """Return the share of the whole range with the least squared error: few values clipped, the others finer."""
    low, high = extremes(values)
    if low == high:
        return low, high
    errors, lost = [], np.empty_like(values)  # in place: to get memory for each step takes longer than the step
    for share in SHARES:
        scale = np.float32((high - low) * share / (GREATEST - LEAST))
        zero_point = np.round(np.float32(LEAST) - np.float32(low * share) / scale)
        np.round(np.divide(values, scale, out=lost), out=lost)
        np.clip(lost, LEAST - zero_point, GREATEST - zero_point, out=lost)
        lost *= scale
        lost -= values
        errors.append(float(np.mean(np.square(lost, out=lost))))
    share = SHARES[int(np.argmin(errors))]
    return low * share, high * share


def _activations(model: schema.ModelT, samples: Mapping[str, Values]) -> Iterator[tuple[int, Floats]]:
    """Return values of each activation that has a range, over all samples: some, its least and its greatest."""
    graph, walk = model.subgraphs[0], Layerwise(model, samples)
    for index in (*graph.inputs, *(index for op in graph.operators for index in op.outputs)):
        quantization = graph.tensors[index].quantization
        if quantization is not None and quantization.min is not None:
            flat = [values.ravel() for values in walk.at(index)]
            some = [(one[spread(one.size, VALUES)], [one.min(), one.max()]) for one in flat]
            yield index, np.concatenate([part for parts in some for part in parts])


def _joined(model: schema.ModelT, found: dict[int, Range]) -> dict[int, Range]:
    """Return one range to all that operators of one scale join, however long their chain."""
    before: dict[int, Range] = {}
    while before != found:
        before = dict(found)
        for op in model.subgraphs[0].operators:
            joined = [index for index in (*op.inputs, *op.outputs) if index in found]
            if tflite.op_name(model, op) in SAME_SCALE and joined:
                lows, highs = zip(*(found[index] for index in joined), strict=True)
                found |= dict.fromkeys(joined, (min(lows), max(highs)))
    return found
