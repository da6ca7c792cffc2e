"""What a TFLite file's operators cost, and which of them XNNPACK takes, as the runtime lays them out.

Source of the reasons: tensorflow/lite/delegates/xnnpack/xnnpack_delegate.cc.
"""

from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np

from litemill.records.artifact import Delegation, Refusal
from litemill.runtime import Model, Operator

NO_KERNEL = "no kernel for it"


NO_INT8_KERNEL = "no int8 kernel for it"


def multiply_adds(model: Model) -> int:
    """Count the multiply-adds of a file's convolutions and fully connected layers; [out, ...] are their weights."""
    return sum(
        int(np.prod(operator.outputs[0].shape[1:-1])) * int(np.prod(operator.inputs[1].shape))
        for operator in model.operators()
        if operator.name in {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"}
    )


def xnnpack(model: Model) -> Delegation:
    """Say into how many partitions XNNPACK took a file, and which operators it left to the plain kernels, and why."""
    partitions = model.partitions()
    left = Counter((one.name, _reason(one)) for one in _left(model.operators(), partitions))
    return Delegation("xnnpack", len(partitions), tuple(Refusal(*why, count) for why, count in sorted(left.items())))


def _left(operators: tuple[Operator, ...], partitions: tuple[Operator, ...]) -> list[Operator]:
    """Return the operators in no partition: a partition holds what leads from its inputs to its outputs."""
    makers = {tensor.index: operator for operator in operators for tensor in operator.outputs}
    taken: set[int] = set()
    for partition in partitions:
        ends = {tensor.index for tensor in partition.inputs}
        waiting = [tensor.index for tensor in partition.outputs]
        while waiting:
            index = waiting.pop()
            maker = makers.get(index)
            if index in ends or maker is None or maker.index in taken:
                continue
            taken.add(maker.index)
            waiting += [tensor.index for tensor in maker.inputs]
    return [operator for operator in operators if operator.index not in taken]


def _reason(operator: Operator) -> str:
    rule = _RULES.get(operator.name)
    return rule(operator) if rule else "not taken"


def _depthwise(operator: Operator) -> str:
    activations, weights = operator.inputs[:2]
    hybrid = activations.dtype == "float32" and weights.dtype == "int8"
    return "no kernel for int8 weights and float activations" if hybrid else "not taken"


def _scales(operator: Operator) -> str:
    """Tell of sums of quantized tensors, of which XNNPACK wants scales that are not too far apart."""
    if operator.inputs[0].dtype != "int8":
        return "not taken"
    result = operator.outputs[0].scale
    ratios = [tensor.scale / result for tensor in operator.inputs[:2] if result]
    return "scales of inputs and output too far apart" if any(not _near(ratio) for ratio in ratios) else "not taken"


def _near(ratio: float) -> bool:
    return 2**-10 <= ratio < 2**8


def _float_only(operator: Operator) -> str:
    return NO_INT8_KERNEL if operator.inputs[0].dtype == "int8" else "not taken"


def _never(_operator: Operator) -> str:
    return NO_KERNEL


_RULES: Mapping[str, Callable[[Operator], str]] = {
    "ADD": _scales,
    "AVERAGE_POOL_2D": _float_only,
    "DEPTHWISE_CONV_2D": _depthwise,
    "MIRROR_PAD": _never,
    "RESIZE_NEAREST_NEIGHBOR": _never,
    "RSQRT": _float_only,
    "SQUARED_DIFFERENCE": _float_only,
}
