"""Which operators of an int8 network stay in float: named ones, or the few that are worth their bytes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from litemill.conversion import tflite
from litemill.conversion.refit.layer import layers
from litemill.conversion.refit.layerwise import Values
from litemill.ground.errors import ConversionError
from litemill.settings.reader import nearest

Quantize = Callable[[schema.ModelT, Sequence[str]], bytes]
Wanted = Literal["auto"] | tuple[str, ...]
# an operator in float costs time at its edges as well: below this share of the error it isn't worth it
LEAST_GAIN = 0.1
# nor where the file grows by more than this share of that gain
DEAREST = 0.2
MOST = 3
# the search tries all on every third sample, and the best of them, one beside the other, on all samples
STRIDE = 3
SHORTLIST = 6


def chosen(
    original: schema.ModelT, wanted: Wanted, quantize: Quantize, samples: Mapping[str, Values]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the outputs of the operators that are to stay in float, and why they were chosen.

    Parameters
    ----------
    original
        The calibrated float network.
    wanted
        Names of outputs, or `auto` to search among its convolutions.
    quantize
        What quantizes the network but for some outputs' operators.
    samples
        Input name to values [n, ...].

    Raises
    ------
    ConversionError
        A name is no operator's output.
    """
    if wanted == "auto":
        return search(original, quantize, samples)
    graph = original.subgraphs[0]
    known = [graph.tensors[index].name.decode() for op in graph.operators for index in op.outputs]
    for name in wanted:
        if name not in known:
            raise ConversionError(f"keep_float: no operator gives {name!r}", remedy=nearest(name, known))
    return wanted, ()


def search(
    original: schema.ModelT, quantize: Quantize, samples: Mapping[str, Values]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Keep the convolution in float that lowers the output's error most, then the next, while that pays."""
    some = Trial(original, quantize, {name: values[::STRIDE] for name, values in samples.items()})
    candidates = [layer.name for layer in layers(original, schema.TensorType.FLOAT32)]
    shortlist = sorted(candidates, key=some)[:SHORTLIST]
    trial = Trial(original, quantize, samples)
    kept: tuple[str, ...] = ()
    notes: list[str] = []
    error, size = trial()
    while len(kept) < MOST:
        results = {name: trial(*kept, name) for name in shortlist if name not in kept}
        paying = [name for name, result in results.items() if pays(error, size, *result)]
        if not paying:
            break
        best = min(paying, key=lambda name: results[name])
        new_error, new_size = results[best]
        change = f"output RMS on the calibration samples {error:.4g} to {new_error:.4g}, {new_size - size} bytes more"
        kept, notes = (*kept, best), [*notes, f"{best} in float: {change}"]
        error, size = new_error, new_size
    return kept, tuple(notes) or ("no operator is worth its bytes in float",)


class Trial:
    """How far an int8 network is from the float one, by what stays in float; the parameters are those of `chosen`."""

    def __init__(self, original: schema.ModelT, quantize: Quantize, samples: Mapping[str, Values]) -> None:
        self._original, self._quantize, self._samples = original, quantize, samples
        self._exact = outputs(tflite.write(original), samples)

    def __call__(self, *kept: str) -> tuple[float, int]:
        """Return the RMS error of the output, in its own unit, and the file's bytes."""
        data = self._quantize(self._original, kept)
        return float(np.sqrt(np.mean(np.square(outputs(data, self._samples) - self._exact)))), len(data)


def pays(error: float, size: int, new_error: float, new_size: int) -> bool:
    """Tell whether less error is worth more bytes."""
    gain = 1 - new_error / error if error else 0.0
    return gain >= LEAST_GAIN and new_size / size - 1 <= DEAREST * gain


def outputs(data: bytes, samples: Mapping[str, Values]) -> Values:
    """Return what a TFLite file with float ends says to samples."""
    interpreter = Interpreter(model_content=data, num_threads=1)
    interpreter.allocate_tensors()
    details, found = interpreter.get_input_details(), []
    for row in zip(*(samples[detail["name"]] for detail in details), strict=True):
        for detail, value in zip(details, row, strict=True):
            interpreter.set_tensor(detail["index"], value[None])
        interpreter.invoke()
        found.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
    return np.stack(found)
