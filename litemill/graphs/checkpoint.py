"""The numbers of a SavedModel's variables, read from its checkpoint; its restore op is followed and never run."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy.typing as npt
import tensorflow as tf
from tensorflow.core.framework.function_pb2 import FunctionDef
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.core.protobuf.meta_graph_pb2 import MetaGraphDef

from litemill.graphs import checkpoint_index, safety
from litemill.ground.errors import GraphError

Array = npt.NDArray[Any]
Reader = Any  # TensorFlow has no name for it
AGAIN = "export it again"
# an Identity behind an Identity, and an argument of a function; more of them lead nowhere
MAX_STEPS = 100
# what TensorFlow's reader, and a part of a shape that is none, raise
DAMAGED = (tf.errors.OpError, RuntimeError, ValueError, TypeError, IndexError)


class Key(NamedTuple):
    """Where a variable's numbers are in a checkpoint; `part` is empty, or as RestoreV2 takes a part of a tensor."""

    name: str
    part: str


class _Scope(NamedTuple):
    """The nodes of the main graph, or of a function in one call, and the tensors that the call gives it."""

    nodes: dict[str, NodeDef]
    arguments: dict[str, tuple["_Scope", str]] | None = None


class _Output(NamedTuple):
    """An output of a node."""

    scope: _Scope
    node: NodeDef
    output: int

    @property
    def main(self) -> bool:
        """Whether the node is one of the main graph."""
        return self.scope.arguments is None


def keys(meta: MetaGraphDef) -> dict[str, Key]:
    """Return the key of each variable that a SavedModel restores, by the variable's node.

    Raises
    ------
    GraphError
        The restore op does something else: it reads another file than the model's own, or computes what it restores.
    """
    graph, result = meta.graph_def, {}
    main = _Scope({node.name: node for node in graph.node})
    reached = sorted(safety.Reach(graph, [meta.saver_def.restore_op_name]).nodes)
    functions = {function.signature.name: function for function in graph.library.function}
    for scope, node in _run(main, [main.nodes[name] for name in reached], functions, set()):
        if node.op == "RestoreV2":
            _check_file(scope, node, meta.saver_def.filename_tensor_name)
        elif node.op in safety.ASSIGNS:
            variable, value = (_source(scope, tensor) for tensor in node.input[:2])
            if not variable.main or variable.node.name in result or value.node.op != "RestoreV2":
                raise _refused(node, "one value from the checkpoint for each variable")
            result[variable.node.name] = _key(value)
    return result


def _run(
    scope: _Scope, nodes: Iterable[NodeDef], functions: Mapping[str, FunctionDef], called: set[str]
) -> Iterator[tuple[_Scope, NodeDef]]:
    """Yield all nodes that run, those of the functions that they call too."""
    for node in nodes:
        if node.op not in safety.CALLS:
            yield scope, node
            continue
        function = functions.get(node.attr["f"].func.name)
        if function is None or function.signature.name in called:
            raise _refused(node, "a call of a function of the model, once")
        called.add(function.signature.name)
        arguments = {
            argument.name: (scope, tensor)
            for argument, tensor in zip(function.signature.input_arg, node.input, strict=False)
        }
        inner = _Scope({one.name: one for one in function.node_def}, arguments)
        yield from _run(inner, function.node_def, functions, called)


def _source(scope: _Scope, tensor: str, stop: str = "") -> _Output:
    """Follow a tensor through identities and arguments to what computes it, or to the main graph's tensor `stop`."""
    for _ in range(MAX_STEPS):
        if scope.arguments is not None and tensor in scope.arguments:
            scope, tensor = scope.arguments[tensor]
            continue
        name, *rest = tensor.split(":")
        if name not in scope.nodes:
            break
        node, index = scope.nodes[name], rest[-1] if rest else "0"
        main = scope.arguments is None
        if node.op == "Identity" and node.input and not (main and f"{name}:{index}" == stop):
            tensor = node.input[0]
        elif index.isdecimal():
            return _Output(scope, node, int(index))
        else:
            break
    raise GraphError(f"the saver's tensor {tensor!r} leads nowhere", remedy=f"the model is damaged: {AGAIN}")


def _check_file(scope: _Scope, restore: NodeDef, given: str) -> None:
    """Raise GraphError unless an op reads the file that it is told to, which is the model's own."""
    file = _source(scope, restore.input[0], given)
    if not file.main or f"{file.node.name}:{file.output}" != given:
        raise _refused(restore, "the model's own checkpoint alone to be read")


def _key(value: _Output) -> Key:
    """Return what an output of a RestoreV2 is read from."""
    outputs = len(value.node.attr["dtypes"].list.type)
    texts = []
    for tensor in value.node.input[1:3]:
        constant = _source(value.scope, tensor).node
        given = constant.attr["value"].tensor.string_val
        # a constant's last number stands for all that are not written
        if not given or value.output >= outputs:
            raise _refused(value.node, "constant names of what it reads")
        texts.append(given[min(value.output, len(given) - 1)].decode(errors="replace"))
    return Key(*texts)


def values(reader: Reader, variables: Collection[NodeDef], known: Mapping[str, Key]) -> dict[str, Array]:
    """Read the values of variables, by name.

    Parameters
    ----------
    reader
        Of the checkpoint: `opened`.
    variables
        The nodes of the variables.
    known
        Their keys.

    Raises
    ------
    GraphError
        The checkpoint lacks a value, or holds what is no number or too many of them.
    """
    for node in variables:
        if node.name not in known:
            raise _lacking(node, "a restore op that reads it")
    shapes, types = reader.get_variable_to_shape_map(), reader.get_variable_to_dtype_map()
    for node in variables:
        name = known[node.name].name
        if name not in shapes or not (types[name].is_floating or types[name].is_integer or types[name].is_bool):
            raise _lacking(node, f"numbers under the key {name!r}")
    numbers = sum(math.prod(shapes[known[node.name].name]) for node in variables)
    if numbers > safety.MAX_CONSTANTS:
        raise safety.too_large("the model's variables are", numbers)
    result = {}
    for node in variables:
        try:
            result[node.name] = _part(reader.get_tensor(known[node.name].name), known[node.name].part)
        except DAMAGED as error:
            raise GraphError(
                f"the checkpoint's {known[node.name].name!r} can't be read", got=error, remedy=AGAIN
            ) from None
        if not tf.TensorShape(node.attr["shape"].shape).is_compatible_with(result[node.name].shape):
            raise _lacking(node, f"the shape {tf.TensorShape(node.attr['shape'].shape)}")
    return result


def opened(prefix: Path) -> Reader:
    """Open a checkpoint; GraphError where its files are missing or are no plain files."""
    files = sorted(prefix.parent.glob(f"{prefix.name}.*"))
    index = prefix.with_name(f"{prefix.name}.index")
    if index not in files or not all(file.is_file() for file in files):
        raise GraphError(
            f"{prefix.parent.parent}: can't be read as a SavedModel: its variables are not all there",
            expected=f"{index.name} and its data, plain files",
            got=", ".join(file.name for file in files) or "none",
            remedy="take the whole SavedModel's folder",
        )
    checkpoint_index.check(index.read_bytes(), str(prefix))
    try:
        return tf.compat.v1.train.NewCheckpointReader(str(prefix))
    except DAMAGED as error:
        raise GraphError(f"{prefix}: can't be read as a checkpoint", got=error, remedy=AGAIN) from None


def _part(whole: Array, part: str) -> Array:
    """Take a part of a tensor as RestoreV2 writes it: the sides of the whole, then `start,length` or `-` a side."""
    if not part:
        return whole
    pairs = [(0, side) if one == "-" else tuple(map(int, one.split(",")))
             for one, side in zip(part.rsplit(maxsplit=1)[-1].split(":"), whole.shape, strict=True)]  # fmt: skip
    return whole[tuple(slice(start, start + length) for start, length in pairs)]


def _lacking(node: NodeDef, expected: str) -> GraphError:
    return GraphError(f"the checkpoint has no value for variable {node.name!r}", expected=expected, remedy=AGAIN)


def _refused(node: NodeDef, expected: str) -> GraphError:
    return GraphError(f"the op {node.op} of node {node.name!r} is refused", expected=expected, remedy=safety.REMEDY)
