"""From a graph to a TFLite file, by TensorFlow's own converter."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tensorflow.lite.python.convert_phase import ConverterError

from litemill.ground.errors import ConversionError
from litemill.records.base import Tensor
from litemill.settings.recipe import Recipe

Samples = Mapping[str, npt.NDArray[Any]]
OPS = {
    "int8": tf.lite.OpsSet.TFLITE_BUILTINS_INT8,
    "int16x8": tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8,
}


class Made(NamedTuple):
    """A TFLite file, the outputs of the operators that stayed in float, and what was chosen and why."""

    data: bytes
    kept_float: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def convert(
    graph: bytes,
    inputs: Sequence[Tensor],
    output: str,
    recipe: Recipe,
    samples: Samples,
    *,
    calibrate_only: bool = False,
) -> bytes:
    """Convert a frozen, cut graph in one of the converter's own ways; the same arguments give the same bytes.

    Parameters
    ----------
    graph
        A serialized GraphDef whose inputs are placeholders.
    inputs, output
        Its inputs with their fixed shapes, and its output node.
    recipe
        How to quantize.
    samples
        Input name to calibration values [n, ...]; used by calibrated recipes alone.
    calibrate_only
        Whether to stop ahead of quantizing: the file is in float, with the ranges of its activations.

    Raises
    ------
    ConversionError
        The converter refuses the graph, or there are too few samples.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.pb"
        path.write_bytes(graph)
        names = [tensor.name for tensor in inputs]
        shapes = {tensor.name: list(tensor.shape) for tensor in inputs}
        make = tf.compat.v1.lite.TFLiteConverter.from_frozen_graph
        try:
            converter = make(str(path), names, [output], input_shapes=shapes)
            configure(converter, recipe, [chosen(samples, recipe, name) for name in names])
            converter.exclude_conversion_metadata = True  # nobody reads it; the record of the file says more
            converter._experimental_calibrate_only = calibrate_only  # noqa: SLF001  no public way
            return bytes(converter.convert())
        except (ConverterError, ValueError, RuntimeError, tf.errors.OpError) as error:
            first = str(error).strip().partition("\n")[0]
            raise ConversionError(
                "the converter refuses the graph", got=first, remedy="see the recipe in params.yaml"
            ) from None


def configure(
    converter: tf.compat.v1.lite.TFLiteConverter, recipe: Recipe, samples: Sequence[npt.NDArray[Any]]
) -> None:
    """Set a converter as a recipe says; `samples` are in the order of the converter's inputs."""
    if recipe.quantize != "none":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if recipe.quantize == "fp16":
        converter.target_spec.supported_types = [tf.float16]
    if recipe.quantize in OPS:
        converter.target_spec.supported_ops = [OPS[recipe.quantize]]
        converter.representative_dataset = lambda: _rows(samples)


def chosen(samples: Samples, recipe: Recipe, name: str) -> npt.NDArray[Any]:
    """Return an input's calibration values, as many as the recipe wants."""
    wanted = recipe.calibration_samples
    if wanted is None:
        return np.empty(0)
    found = samples.get(name, np.empty(0))
    if len(found) < wanted:
        raise ConversionError(
            "too few calibration samples",
            expected=f"at least {wanted} of {name}",
            got=len(found),
            remedy="add pictures to params.yaml: images, or lower calibration_samples",
        )
    return found[:wanted]


def _rows(samples: Sequence[npt.NDArray[Any]]) -> Iterator[list[npt.NDArray[Any]]]:
    """Return one value of each input at a time, with a batch axis.

    Plain lists: the calibrator takes names only of a SavedModel's signature. Their order is that of the names that
    the converter was given, which it keeps.
    """
    for row in zip(*samples, strict=True):
        yield [value[None] for value in row]
