"""Int8 beyond the converter's own: layers fitted to the float network, or the most sensitive ones left in float."""

from collections.abc import Mapping, Sequence

import msgspec
from ai_edge_litert import schema_py_generated as schema
from tensorflow.lite.python.convert import mlir_quantize

from litemill.conversion import converter, keep_float, tflite
from litemill.conversion.converter import Made
from litemill.conversion.refit import fit, ranges
from litemill.conversion.refit.layerwise import Values
from litemill.records.base import Tensor
from litemill.settings.recipe import Recipe


def convert(graph: bytes, inputs: Sequence[Tensor], output: str, recipe: Recipe, samples: Mapping[str, Values]) -> Made:
    """Convert a graph with a recipe that refits or keeps operators in float; the parameters are the converter's.

    Raises
    ------
    ConversionError
        The converter refuses the graph, there are too few samples, no convolution can be refitted, or an operator that
        is to stay in float is not there.
    """
    used = {tensor.name: converter.chosen(samples, recipe, tensor.name) for tensor in inputs}
    # a refit takes its ranges from all samples by itself
    calibration = msgspec.structs.replace(recipe, calibration_samples=1) if recipe.refit else recipe
    original = tflite.read(converter.convert(graph, inputs, output, calibration, used, calibrate_only=True))
    if recipe.refit:
        ranges.set_ranges(original, used)
    kept, notes = keep_float.chosen(original, recipe.keep_float, quantized, used)
    data = quantized(original, kept)
    if recipe.refit:
        model = tflite.read(data)
        notes = (*notes, fit.refit(model, original, used))
        data = tflite.write(model)
    return Made(data, kept, notes)


def quantized(original: schema.ModelT, kept: Sequence[str] = ()) -> bytes:
    """Quantize a float network by its ranges, but for the operators whose output is among `kept`."""
    return bytes(mlir_quantize(tflite.write(original), denylisted_nodes=list(kept)))
