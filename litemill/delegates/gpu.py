"""What of a TFLite file would not run on the GPU delegate, by the rules that TensorFlow publishes with it.

Source: tensorflow/lite/tools/versioning/gpu_compatibility.cc. Nothing found is no promise: whether a device takes the
whole file is seen by running it there.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ai_edge_litert import schema_py_generated as schema

from litemill.conversion.tflite import op_name
from litemill.records.artifact import Refusal

_ACCEPTED = """
ABS ADD ADD_N ATAN2 AVERAGE_POOL_2D BATCH_MATMUL CAST CEIL CONCATENATION CONV_2D COS CUMSUM DENSIFY DEPTHWISE_CONV_2D
DEPTH_TO_SPACE DEQUANTIZE DIV DYNAMIC_UPDATE_SLICE ELU EMBEDDING_LOOKUP EQUAL EXP FLOOR FLOOR_DIV FLOOR_MOD
FULLY_CONNECTED GATHER GELU GREATER GREATER_EQUAL HARD_SWISH LEAKY_RELU LESS LESS_EQUAL LOG LOGICAL_AND LOGISTIC LSTM
MAXIMUM MAX_POOL_2D MEAN MINIMUM MIRROR_PAD MUL NEG NOT_EQUAL ONE_HOT PACK PAD PADV2 POW PRELU QUANTIZE REDUCE_MAX
REDUCE_MIN REDUCE_PROD RELU RELU6 RELU_N1_TO_1 RESHAPE RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR RSQRT SELECT SELECT_V2
SIGN SIN SLICE SOFTMAX SPACE_TO_DEPTH SPLIT SPLIT_V SQRT SQUARE SQUARED_DIFFERENCE STABLEHLO_CLAMP STRIDED_SLICE SUB SUM
TANH TILE TRANSPOSE TRANSPOSE_CONV
"""


ACCEPTED = frozenset(_ACCEPTED.split())


ACCEPTED_CUSTOM = frozenset(("Convolution2DTransposeBias", "MaxPoolingWithArgmax2D", "MaxUnpooling2D", "Resampler"))


_REFLECT = schema.MirrorPadMode.REFLECT


class _Op(NamedTuple):
    """One operator: its options, its inputs' shapes, and which of them are computed, not constant."""

    options: Any
    shapes: list[tuple[int, ...]]
    computed: list[bool]


def refusals(model: bytes) -> tuple[Refusal, ...]:
    """Return what the GPU delegate would refuse of a TFLite file, each reason once, with how often it occurs."""
    reasons = ((name, _reason(name, op)) for name, op in _ops(schema.ModelT.InitFromPackedBuf(bytearray(model))))
    counts = Counter((name, reason) for name, reason in reasons if reason)
    return tuple(Refusal(*why, count) for why, count in sorted(counts.items()))


def _reason(name: str, op: _Op) -> str:
    """Return why an operator is refused, or nothing."""
    if name not in ACCEPTED and name not in ACCEPTED_CUSTOM:
        return "not supported"
    rule = _RULES.get(name)
    return rule(op) if rule else ""


def _ops(model: schema.ModelT) -> Iterator[tuple[str, _Op]]:
    for graph in model.subgraphs:
        for operator in graph.operators:
            tensors = [graph.tensors[index] for index in operator.inputs if index >= 0]
            shapes = [() if one.shape is None else tuple(int(side) for side in one.shape) for one in tensors]
            computed = [
                model.buffers[one.buffer].data is None and not model.buffers[one.buffer].offset for one in tensors
            ]
            yield op_name(model, operator), _Op(operator.builtinOptions, shapes, computed)


def _reduction(op: _Op) -> str:
    return "axes that are computed" if op.computed[1] else ""


def _product(op: _Op) -> str:
    """Refuse two factors each of which is smaller than the other on an axis."""
    one, other = op.shapes[:2]
    if len(one) != len(other):
        return ""
    smaller = any(a < b for a, b in zip(one, other, strict=True))
    return (
        "each factor is smaller than the other on an axis"
        if smaller and any(a > b for a, b in zip(one, other, strict=True))
        else ""
    )


def _padding(op: _Op) -> str:
    return "" if op.shapes[1] in ((3, 2), (4, 2)) else "paddings of another rank than 3 or 4"


def _mirror_padding(op: _Op) -> str:
    return _padding(op) if op.options.mode == _REFLECT else "padding that is not reflected"


def _slicing(op: _Op) -> str:
    return "" if len(op.shapes[0]) in (3, 4) else "a tensor of another rank than 3 or 4"


def _strided_slicing(op: _Op) -> str:
    masks = op.options.ellipsisMask or op.options.newAxisMask or op.options.shrinkAxisMask
    return "an ellipsis, a new axis or a dropped one" if masks else _slicing(op)


def _softmax(op: _Op) -> str:
    return "" if op.options.beta == 1 else "beta other than 1"


def _depthwise(op: _Op) -> str:
    return "several outputs a channel" if op.options.depthMultiplier != 1 and op.shapes[0][3] != 1 else ""


def _sum_of_many(op: _Op) -> str:
    return "" if len(op.shapes) == 2 else "other than two operands"  # noqa: PLR2004


_RULES: dict[str, Callable[[_Op], str]] = {
    "ADD_N": _sum_of_many,
    "DEPTHWISE_CONV_2D": _depthwise,
    "MEAN": _reduction,
    "MIRROR_PAD": _mirror_padding,
    "MUL": _product,
    "PAD": _padding,
    "PADV2": _padding,
    "REDUCE_MAX": _reduction,
    "REDUCE_MIN": _reduction,
    "REDUCE_PROD": _reduction,
    "SLICE": _slicing,
    "SOFTMAX": _softmax,
    "STRIDED_SLICE": _strided_slicing,
    "SUM": _reduction,
}
