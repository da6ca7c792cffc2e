"""Constants stored as float16, where that changes no value."""

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from litemill.conversion import tflite

# biases stay: XNNPACK takes float16 ones beside float16 weights alone
LEAST_RANK = 2
# of fewer values, what is saved is no more than the operator and the tensor that are added
LEAST_VALUES = 64
DEQUANTIZE_VERSION = 3  # the first that reads float16
NO_TENSOR = -1  # in the place of an input that is left out
Halves = npt.NDArray[np.float16]


def stored_exactly(data: bytes) -> bytes:
    """Store each float32 kernel of a TFLite file as float16 if each of its values is one.

    A DEQUANTIZE operator follows it, which runtimes carry out once, when they load the file: the outputs are those of
    the file without, bit for bit. The converter's own float16 rounds every constant.
    """
    model = tflite.read(data)
    exact = [
        (graph, index, values)
        for graph in model.subgraphs
        for index in _read_inside(graph)
        if (values := _halves(model, graph.tensors[index])) is not None
    ]
    if not exact:
        return data
    code = schema.BuiltinOperator.DEQUANTIZE
    model.operatorCodes.append(schema.OperatorCodeT(code, None, DEQUANTIZE_VERSION, code))
    for graph, index, values in exact:
        graph.operators.insert(0, _dequantized(model, graph, index, values))
    return tflite.write(model)


def _read_inside(graph: schema.SubGraphT) -> list[int]:
    """Return the tensors that operators read, in their order, so that the same file gives the same bytes."""
    read = {int(index) for op in graph.operators for index in op.inputs}
    return sorted(read - {NO_TENSOR, *graph.outputs})


def _halves(model: schema.ModelT, tensor: schema.TensorT) -> Halves | None:
    """Return the values of a constant as float16, or None where that would change one, or is not worth it."""
    data = model.buffers[tensor.buffer].data
    if tensor.type != schema.TensorType.FLOAT32 or data is None or np.size(tensor.shape) < LEAST_RANK:
        return None
    values = np.frombuffer(data, np.float32)
    with np.errstate(over="ignore"):
        halves = values.astype(np.float16)
    exact = len(values) >= LEAST_VALUES and np.array_equal(halves.astype(np.float32), values)
    return halves if exact else None


def _dequantized(model: schema.ModelT, graph: schema.SubGraphT, index: int, values: Halves) -> schema.OperatorT:
    """Store the values of a constant in a tensor of its own, and give the operator that makes the constant of them."""
    constant = graph.tensors[index]
    model.buffers.append(schema.BufferT(values.view(np.uint8)))
    half = schema.TensorT(constant.shape, schema.TensorType.FLOAT16, len(model.buffers) - 1, constant.name + b"/half")
    constant.buffer = tflite.NO_BUFFER
    graph.tensors.append(half)
    return schema.OperatorT(
        opcodeIndex=len(model.operatorCodes) - 1,
        inputs=np.array([len(graph.tensors) - 1], np.int32),
        outputs=np.array([index], np.int32),
    )
