"""A TFLite network run piece by piece over all samples at once, so that one layer can be changed ahead of the next."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from litemill.conversion import tflite
from litemill.ground import process

Values = npt.NDArray[Any]


class Layerwise:
    """A way through a network, each op run once, when its value is first asked for.

    Weights of ops that have not run yet may be changed on the way. Of what was computed only that is kept which ops
    that are still to run will read: memory follows the widest place of the network, not its depth.

    Parameters
    ----------
    model
        The network.
    samples
        Input name to values [n, ...], without a batch axis.
    """

    def __init__(self, model: schema.ModelT, samples: Mapping[str, Values]) -> None:
        self._model = model
        self._graph = model.subgraphs[0]
        self._left = list(self._graph.operators)
        self._values: dict[int, list[Values]] = {
            index: [value[None] for value in samples[self._graph.tensors[index].name.decode()]]
            for index in self._graph.inputs
        }

    def at(self, tensor: int) -> list[Values]:
        """Return a tensor's values, one a sample with its batch axis, as they are stored in the network."""
        if tensor not in self._values:
            self._run(self._ahead_of(tensor), tensor)
        return self._values[tensor]

    def _ahead_of(self, tensor: int) -> list[schema.OperatorT]:
        """Return the ops that a tensor hangs on and that have not run, in the network's order."""
        wanted, found = {tensor}, []
        for op in reversed(self._left):
            if wanted.intersection(op.outputs):
                wanted.update(set(op.inputs) - set(self._values))
                found.append(op)
        return found[::-1]

    def _run(self, ops: list[schema.OperatorT], tensor: int) -> None:
        """Run ops on every sample and keep what is still to be read."""
        self._left = [op for op in self._left if not any(op is one for one in ops)]
        read_later = {tensor, *self._graph.outputs} | {index for op in self._left for index in op.inputs}
        inputs = sorted({index for op in ops for index in op.inputs} & set(self._values))
        outputs = sorted({index for op in ops for index in op.outputs} & read_later)
        content, number = piece(self._model, ops, inputs, outputs)
        rows = list(zip(*(self._values[index] for index in inputs), strict=True))

        def results(share: Sequence[tuple[Values, ...]]) -> list[list[Values]]:
            interpreter = Interpreter(model_content=content, num_threads=1)
            interpreter.allocate_tensors()
            found = []
            for row in share:
                for index, value in zip(inputs, row, strict=True):
                    interpreter.set_tensor(number[index], value)
                interpreter.invoke()
                found.append([interpreter.get_tensor(number[index]) for index in outputs])
            return found

        samples = [one for share in process.each(results, process.shares(rows)) for one in share]
        computed = {index: [one[at] for one in samples] for at, index in enumerate(outputs)}
        self._values = {index: values for index, values in self._values.items() if index in read_later} | computed


def piece(
    model: schema.ModelT, ops: list[schema.OperatorT], inputs: list[int], outputs: list[int]
) -> tuple[bytes, dict[int, int]]:
    """Return some ops of a network as a TFLite file of their own, and its tensors' new numbers by the old."""
    graph = model.subgraphs[0]
    used = sorted({index for op in ops for index in (*op.inputs, *op.outputs) if index >= 0})
    number = {old: new for new, old in enumerate(used)}
    part = schema.SubGraphT(
        # copies: writing gives new numbers to buffers
        tensors=[copy.copy(graph.tensors[index]) for index in used],
        inputs=[number[index] for index in inputs],
        outputs=[number[index] for index in outputs],
        operators=[_renumbered(op, number) for op in ops],
    )
    content = schema.ModelT(
        version=model.version,
        operatorCodes=model.operatorCodes,
        subgraphs=[part],
        buffers=model.buffers,
    )
    return tflite.write(content), number


def _renumbered(op: schema.OperatorT, number: Mapping[int, int]) -> schema.OperatorT:
    new = copy.copy(op)
    # -1 stands for an input that is left out
    new.inputs = [number.get(index, -1) for index in op.inputs]
    new.outputs = [number[index] for index in op.outputs]
    return new
