"""Which operators of an int8 network stay in float: named ones, or the few that are worth their bytes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from litemill.conversion import tflite
from litemill.conversion.layer import layers
from litemill.conversion.walk import Values
from litemill.core.errors import ConversionError
from litemill.core.settings import nearest

Quantize = Callable[[schema.ModelT, Sequence[str]], bytes]
Wanted = Literal["auto"] | tuple[str, ...]
# an operator in float costs time at its edges as well: below this share of the error it isn't worth it
LEAST_GAIN = 0.1
# nor where the file grows by more than this share of that gain
DEAREST = 0.2
MOST = 3
# samples that it is judged on, and operators that are tried again beside one that is kept
SAMPLES = 4
TRIED_AGAIN = 6


def chosen(
    original: schema.ModelT, wanted: Wanted, quantize: Quantize, samples: Mapping[str, Values]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the outputs of the operators that are to stay in float, and why they were chosen.

    Parameters
    ----------
    original
        The calibrated float network.
    wanted
        Names of outputs, or `auto` to search among its convolutions.
    quantize
        What quantizes the network but for some outputs' operators.
    samples
        Input name to values [n, ...]; the search judges by the first few.

    Raises
    ------
    ConversionError
        A name is no operator's output.
    """
    if wanted == "auto":
        return search(original, quantize, {name: values[:SAMPLES] for name, values in samples.items()})
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
    exact = outputs(tflite.write(original), samples)

    def tried(kept: Sequence[str]) -> tuple[float, int]:
        data = quantize(original, kept)
        return float(np.sqrt(np.mean(np.square(outputs(data, samples) - exact)))), len(data)

    kept: tuple[str, ...] = ()
    notes: list[str] = []
    error, size = tried(kept)
    candidates = [layer.name for layer in layers(original, schema.TensorType.FLOAT32)]
    while len(kept) < MOST and candidates:
        results = {name: tried((*kept, name)) for name in candidates}
        paying = {name: one for name, one in results.items() if pays(error, size, *one)}
        if not paying:
            break
        name = min(paying, key=lambda name: paying[name])
        new_error, new_size = paying[name]
        notes.append(
            f"{name} in float: output RMS on {SAMPLES} calibration samples {error:.4g} to {new_error:.4g} "
            f"for {new_size - size} bytes"
        )
        kept, error, size = (*kept, name), new_error, new_size
        candidates = sorted(set(results) - {name}, key=lambda name: results[name])[:TRIED_AGAIN]
    return kept, tuple(notes) or ("no operator is worth its bytes in float",)


def pays(error: float, size: int, new_error: float, new_size: int) -> bool:
    """Tell whether less error is worth more bytes."""
    gain = 1 - new_error / error if error else 0.0
    return gain >= LEAST_GAIN and new_size / size - 1 <= DEAREST * gain


def outputs(data: bytes, samples: Mapping[str, Values]) -> Values:
    """Give what a TFLite file with float ends says to samples."""
    interpreter = Interpreter(model_content=data, num_threads=1)
    interpreter.allocate_tensors()
    details, found = interpreter.get_input_details(), []
    for row in zip(*(samples[detail["name"]] for detail in details), strict=True):
        for detail, value in zip(details, row, strict=True):
            interpreter.set_tensor(detail["index"], value[None])
        interpreter.invoke()
        found.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
    return np.stack(found)
