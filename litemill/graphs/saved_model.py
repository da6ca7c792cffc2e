"""SavedModels as functions: the default signature's graph and the checkpoint's numbers; nothing is run to load them.

TensorFlow's own loader runs what a SavedModel names for restoring its variables and for its start. Here what restores
is only read, for the variables' keys in the checkpoint (`checkpoint`); the values go into variables of our own.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.core.protobuf.meta_graph_pb2 import MetaGraphDef
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
from tensorflow.python.framework.function_def_to_graph import function_def_to_graph_def

from litemill.graphs import checkpoint, object_graph, safety
from litemill.ground.errors import GraphError

tf1 = tf.compat.v1
SIGNATURE = "serving_default"
HUB = "default"  # the signature of a module of TensorFlow 1's Hub
HANDLE = "VarHandleOp"
VARIABLES = safety.REFERENCES | {HANDLE}


class Signature(NamedTuple):
    """A signature as a graph, without its variables.

    `inputs` and `outputs` are tensors by key, `captured` the main graph's nodes, variables and constants, by the names
    that they have here, and `objects` the numbers of those that are objects of TensorFlow 2.
    """

    graph: GraphDef
    inputs: dict[str, str]
    outputs: dict[str, str]
    captured: dict[str, NodeDef]
    objects: dict[str, int]


def load(folder: Path) -> tf.Module:
    """Load a SavedModel's default signature, as `signatures["serving_default"]` of a module that holds its variables.

    Raises
    ------
    GraphError
        It is no SavedModel, holds what does more than compute, or has no such signature.
    """
    meta = read(folder)
    safety.check_saved_model(meta)
    known = checkpoint.keys(meta)
    main = _main(meta, folder)
    signature = _called(main, meta) or main
    values = _values(folder, meta, signature, known)
    module = tf.Module()
    module.kept = {
        name: tf.Variable(values[node.name], trainable=False)
        for name, node in signature.captured.items()
        if node.op == HANDLE
    }
    constants = {
        name: tf.constant(values[node.name] if node.op in VARIABLES else tf.make_ndarray(node.attr["value"].tensor))
        for name, node in signature.captured.items()
        if node.op != HANDLE
    }
    module.signatures = {SIGNATURE: _function(signature, module.kept, constants)}
    return module


def read(folder: Path) -> MetaGraphDef:
    """Read the one graph of `saved_model.pb`, which alone counts: neither a .pbtxt beside it nor assets do.

    A module of TensorFlow 1's Hub may hold the same for training besides: the graph without tags is for inference.
    """
    path = folder / "saved_model.pb"
    model = SavedModel()
    try:
        model.ParseFromString(path.read_bytes())
    except (DecodeError, OSError) as error:
        raise GraphError(f"{path}: can't be read as a SavedModel", got=error, remedy=checkpoint.AGAIN) from None
    plain = [graph for graph in model.meta_graphs if not graph.meta_info_def.tags and HUB in graph.signature_def]
    if len(plain) == 1:
        return plain[0]
    if len(model.meta_graphs) != 1:
        raise GraphError(
            f"{path}: is a SavedModel of several graphs" if model.meta_graphs else f"{path}: is an empty SavedModel",
            expected="one graph",
            got=len(model.meta_graphs),
            remedy=checkpoint.AGAIN,
        )
    return model.meta_graphs[0]


def require_plain(folder: Path) -> None:
    """Raise GraphError where a file of a SavedModel is a link, which may lead to the files of others."""
    variables = folder / "variables"
    for path in (folder / "saved_model.pb", variables, *sorted(variables.glob("*"))):
        if path.is_symlink():
            raise GraphError(
                f"{path}: is a link", expected="a file of the model itself", got=path.readlink(),
                remedy="if it leads where you want, copy the folder by: cp -rL",
            )  # fmt: skip


def _main(meta: MetaGraphDef, folder: Path) -> Signature:
    """Return the default signature as the main graph has it, and no more of that than it needs."""
    used = next((name for name in (SIGNATURE, HUB) if name in meta.signature_def), None)
    if used is None:
        names = ", ".join(sorted(name for name in meta.signature_def if not name.startswith("__"))) or "none"
        raise GraphError(f"{folder}: no such signature", expected=SIGNATURE, got=names, remedy="export it with one")
    signature = meta.signature_def[used]
    inputs = {key: signature.inputs[key].name for key in sorted(signature.inputs)}
    outputs = {key: signature.outputs[key].name for key in sorted(signature.outputs)}
    needed = safety.Reach(meta.graph_def, outputs.values()).nodes
    nodes = [node for node in meta.graph_def.node if node.name in needed]
    graph = GraphDef(versions=meta.graph_def.versions, library=meta.graph_def.library)
    graph.node.extend(node for node in nodes if node.op not in VARIABLES)
    return Signature(graph, inputs, outputs, {node.name: node for node in nodes if node.op in VARIABLES}, {})


def _called(main: Signature, meta: MetaGraphDef) -> Signature | None:
    """Return the one function that TensorFlow 2 makes a signature, whose nodes have the names it was written with."""
    nodes = {node.name: node for node in meta.graph_def.node}
    calls = {tensor.split(":")[0] for tensor in main.outputs.values()}
    call = nodes.get(calls.pop()) if len(calls) == 1 else None
    if call is None or call.op not in safety.CALLS:
        return None
    library = main.graph.library
    function = next(one for one in library.function if one.signature.name == call.attr["f"].func.name)
    with tf.Graph().as_default():
        tf.import_graph_def(GraphDef(library=library))
        graph, flat = function_def_to_graph_def(function)
    keys = {_full(tensor): key for key, tensor in main.inputs.items()}
    arguments = [argument.name for argument in function.signature.input_arg]
    given = {name: _full(tensor) for name, tensor in zip(arguments, call.input, strict=False)}
    captured = {name: nodes[tensor.split(":")[0]] for name, tensor in given.items() if tensor not in keys}
    for node in captured.values():
        if node.op not in VARIABLES | {"Const"}:
            raise GraphError(
                f"the signature needs the node {node.name!r}", expected="variables and constants", got=node.op,
                remedy=checkpoint.AGAIN,
            )  # fmt: skip
    bound = meta.object_graph_def.concrete_functions[function.signature.name].bound_inputs
    result = GraphDef(versions=graph.versions, library=library)
    result.node.extend(node for node in graph.node if node.name not in captured)
    returned = [flat[function.ret[output.name]] for output in function.signature.output_arg]
    return Signature(
        result,
        {keys[tensor]: f"{name}:0" for name, tensor in given.items() if tensor in keys},
        {key: returned[int(_full(tensor).split(":")[1])] for key, tensor in main.outputs.items()},
        captured,
        dict(zip(arguments[len(arguments) - len(bound) :], bound, strict=False)),
    )


def _full(tensor: str) -> str:
    """Return a tensor's name with the number of the output."""
    return tensor if ":" in tensor else f"{tensor}:0"


def _values(
    folder: Path, meta: MetaGraphDef, signature: Signature, known: Mapping[str, checkpoint.Key]
) -> dict[str, checkpoint.Array]:
    """Read the values of a signature's variables: by its objects as TensorFlow 2 does, else as the saver has them.

    A module of TensorFlow 1's Hub has no saver: its checkpoint has the variables' own names.
    """
    variables = {name: node for name, node in signature.captured.items() if node.op in VARIABLES}
    if not variables:
        return {}
    reader = checkpoint.opened(folder / "variables" / "variables")
    objects = object_graph.keys(meta.object_graph_def, reader)
    by_object = {
        node.name: checkpoint.Key(objects[signature.objects[name]], "")
        for name, node in variables.items()
        if signature.objects.get(name) in objects
    }
    saved_by_name = [] if meta.HasField("saver_def") else [node.name for node in variables.values()]
    own = {name: checkpoint.Key(name, "") for name in saved_by_name}
    return checkpoint.values(reader, variables.values(), {**own, **known, **by_object})


def _function(
    signature: Signature, variables: Mapping[str, tf.Variable], constants: Mapping[str, tf.Tensor]
) -> tf.types.experimental.ConcreteFunction:
    """Return a signature as a function of keyword arguments."""
    given = {name: variable.handle for name, variable in variables.items()} | dict(constants)
    graph = _own(signature.graph)
    for name, tensor in given.items():
        stand_in = graph.node.add(name=name, op="Placeholder")
        stand_in.attr["dtype"].type = tensor.dtype.as_datatype_enum
        stand_in.attr["shape"].shape.CopyFrom(tensor.shape.as_proto())

    def build() -> None:
        made = tf1.get_default_graph()
        tf.import_graph_def(graph, name="")
        for name, tensor in given.items():
            made.add_capture(tensor, made.get_tensor_by_name(f"{name}:0"))

    whole = tf1.wrap_function(build, [])
    whole.graph.variables = list(variables.values())
    inputs = {key: whole.graph.as_graph_element(name) for key, name in sorted(signature.inputs.items())}
    specs = {key: tf.TensorSpec(tensor.shape, tensor.dtype, tensor.op.name) for key, tensor in inputs.items()}
    return whole.prune(list(inputs.values()), signature.outputs, input_signature=((), specs))


def _own(graph: GraphDef) -> GraphDef:
    """Return a graph whose functions have names that no other model's have, without what only training uses."""
    digest = hashlib.sha256(graph.library.SerializeToString(deterministic=True)).hexdigest()[:16]
    names = {function.signature.name: f"{function.signature.name}_{digest}" for function in graph.library.function}
    result = GraphDef()
    result.CopyFrom(graph)
    result.library.ClearField("gradient")
    result.library.ClearField("registered_gradients")
    for function in result.library.function:
        function.signature.name = names[function.signature.name]
    for node in safety.nodes(result):
        node.op = names.get(node.op, node.op)
        node.attr.pop("_class", None)  # beside which variable it is to run, and the graph has none
        for called in safety.called(node):
            called.name = names.get(called.name, called.name)
    return result
