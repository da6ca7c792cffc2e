"""Operators told apart by how they compute, by package litert-quantizer: integer weights, a scale a channel."""

import io
import re
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr
from typing import NamedTuple

from litemill.conversion import tflite
from litemill.ground.errors import ConversionError
from litemill.settings.reader import nearest
from litemill.settings.recipe import OpRule

# TFLite's names of the operators that have weights to quantize, and the package's
QUANTIZABLE = {
    "BATCH_MATMUL": "BATCH_MATMUL",
    "CONV_2D": "CONV_2D",
    "DEPTHWISE_CONV_2D": "DEPTHWISE_CONV_2D",
    "EMBEDDING_LOOKUP": "EMBEDDING_LOOKUP",
    "FULLY_CONNECTED": "FULLY_CONNECTED",
    "TRANSPOSE_CONV": "CONV_2D_TRANSPOSE",
}


class Op(NamedTuple):
    """An operator that can be quantized: TFLite's name of it, and its first output's."""

    name: str
    output: str


def quantized(data: bytes, rules: Sequence[OpRule]) -> bytes:
    """Quantize the weights of a float TFLite file as rules say.

    Parameters
    ----------
    data
        The file, with the names of its tensors; those of the graph are in them, several joined by `;` where the
        converter joined nodes.
    rules
        Of several that fit an operator, the last holds; an operator that none fits stays in float.

    Raises
    ------
    ConversionError
        A rule fits no operator, or the package refuses the file.
    """
    from litert_quantizer.qtyping import TFLOperationName  # noqa: PLC0415  other recipes do without it
    from litert_quantizer.quantizer import Quantizer  # noqa: PLC0415

    chosen = choose(data, rules)
    if not chosen:
        return data
    work = Quantizer(data)
    ways = {"dynamic": work.add_dynamic_config, "weight_only": work.add_weight_only_config}
    try:
        for op, rule in chosen.items():
            # an expression for each: the package's own order of rules is another than ours
            ways[rule.compute](f"^{re.escape(op.output)};*$", TFLOperationName(QUANTIZABLE[op.name]), rule.bits)
        # its progress bar can't be switched off
        with redirect_stderr(io.StringIO()):
            return bytes(work.quantize(enable_progress_report=False).quantized_model)
    except (ValueError, RuntimeError) as error:
        first = str(error).strip().partition("\n")[0]
        raise ConversionError("litert-quantizer refuses the file", got=first, remedy="see ops in params.yaml") from None


def choose(data: bytes, rules: Sequence[OpRule]) -> Mapping[Op, OpRule]:
    """Return the rule by which each operator of a TFLite file computes, those that stay in float left out."""
    model = tflite.read(data)
    ops = [
        Op(name, graph.tensors[op.outputs[0]].name.decode())
        for graph in model.subgraphs
        for op in graph.operators
        if (name := tflite.op_name(model, op)) in QUANTIZABLE
    ]
    chosen: dict[Op, OpRule] = {}
    for rule in rules:
        fitting = [op for op in ops if rule.op in ("*", op.name) and re.search(rule.outputs, op.output)]
        if not fitting:
            raise _fits_none(rule, ops)
        chosen |= dict.fromkeys(fitting, rule)
    return {op: chosen[op] for op in ops if op in chosen and chosen[op].compute != "float"}


def _fits_none(rule: OpRule, ops: Sequence[Op]) -> ConversionError:
    """Say what of a rule fits no operator, and what is near."""
    names = {op.name for op in ops}
    if rule.op not in ("*", *names):
        return ConversionError(
            f"no {rule.op} in the network that has weights to quantize", remedy=nearest(rule.op, names)
        )
    outputs = {part for op in ops if rule.op in ("*", op.name) for part in op.output.split(";")}
    return ConversionError(f"no output of {rule.op} fits {rule.outputs!r}", remedy=nearest(rule.outputs, outputs))
