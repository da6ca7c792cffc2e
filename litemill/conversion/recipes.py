"""Every way to make a TFLite file of a graph, by the name that a recipe's `quantize` has.

A new way is a function here or in a module beside it, a line in `CONVERTERS`, and its name in
`litemill.settings.recipe.Quantize`.
"""

from collections.abc import Callable, Sequence

from litemill.conversion import converter, float16, int8, quantizer
from litemill.conversion.converter import Made, Samples
from litemill.records.base import Tensor
from litemill.settings.recipe import Quantize, Recipe

FLOAT = Recipe("none")

Converter = Callable[[bytes, Sequence[Tensor], str, Recipe, Samples], Made]


def convert(graph: bytes, inputs: Sequence[Tensor], output: str, recipe: Recipe, samples: Samples) -> Made:
    """Convert a frozen, cut graph as a recipe says; the same arguments give the same bytes.

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

    Raises
    ------
    ConversionError
        The converter refuses the graph, there are too few samples, or a rule of the recipe fits nothing.

    Examples
    --------
    >>> import litemill, tensorflow
    >>> with tensorflow.Graph().as_default() as graph:
    ...     image = tensorflow.compat.v1.placeholder("float32", [1, 4, 4, 3], "image")
    ...     output = tensorflow.add(image, image, "twice")
    >>> tensor = litemill.Tensor("image", "image", (1, 4, 4, 3), "float32")
    >>> frozen = graph.as_graph_def().SerializeToString()
    >>> litemill.convert(frozen, [tensor], "twice", litemill.Recipe("fp16"), {}).data[4:8]
    b'TFL3'
    """
    return CONVERTERS[recipe.quantize](graph, inputs, output, recipe, samples)


def _tensorflow(graph: bytes, inputs: Sequence[Tensor], output: str, recipe: Recipe, samples: Samples) -> Made:
    return Made(converter.convert(graph, inputs, output, recipe, samples))


def _int8(graph: bytes, inputs: Sequence[Tensor], output: str, recipe: Recipe, samples: Samples) -> Made:
    """Quantize with the converter, or layer by layer where the recipe refits or keeps operators in float."""
    beyond = recipe.refit or recipe.keep_float
    return (int8.convert if beyond else _tensorflow)(graph, inputs, output, recipe, samples)


def _per_op(graph: bytes, inputs: Sequence[Tensor], output: str, recipe: Recipe, samples: Samples) -> Made:  # noqa: ARG001
    """Quantize the weights of the file in float, as the recipe's rules say; what stays is stored in float16."""
    in_float = converter.convert(graph, inputs, output, FLOAT, {})
    return Made(float16.stored_exactly(quantizer.quantized(in_float, recipe.ops)))


CONVERTERS: dict[Quantize, Converter] = {
    "none": _tensorflow,
    "fp16": _tensorflow,
    "fp16_exact": _per_op,  # without rules
    "dynamic": _tensorflow,
    "per_op": _per_op,
    "int8": _int8,
    "int16x8": _tensorflow,
}
