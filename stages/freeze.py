"""Make a source a frozen graph, cut to the network, with fixed shapes."""

from collections import Counter

import tensorflow as tf
from msgspec.structs import asdict, replace
from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.core import files, paths, records, roles, stage
from litemill.core import params as parameters
from litemill.core.catalog import Entry
from litemill.core.errors import GraphError
from litemill.core.params import Network
from litemill.core.records import Fetched, Frozen, Tensor
from litemill.graphs.cut import cut
from litemill.graphs.load import frozen
from litemill.graphs.shapes import output_shape, resize
from litemill.graphs.trial import completed

BOTTLENECK = (1, 1, 1, 100)


def freeze(network: str) -> str:
    """Freeze and cut one network."""
    settings = parameters.load().network(network)
    fetched = records.load(paths.record("fetch", settings.source), Fetched).entry
    whole = frozen(paths.source(settings.source), fetched)
    entry, proof = located(whole, fetched, settings)
    graph = fixed(whole, settings, entry)
    role = roles.output(settings)
    shape = output_shape(graph, role)
    inputs = tuple(Tensor(name, name, shape_of(name, settings.input), "float32") for name in roles.inputs(settings))
    if role == "stylized" and shape != inputs[0].shape:
        raise GraphError(
            f"{network}: the picture changes its size",
            expected=inputs[0].shape,
            got=shape,
            remedy=f"set input to [{shape[1]}, {shape[2]}] in params.yaml",
        )
    files.write(paths.graph(network), graph.SerializeToString(deterministic=True))
    record = Frozen(
        network=network,
        settings=replace(settings, baselines=()),
        entry=entry,
        sha256=files.sha256(paths.graph(network)),
        inputs=inputs,
        output=Tensor(role, role, shape, "float32"),
        ops=dict(sorted(Counter(node.op for node in graph.node).items())),
        parameters=parameters_of(graph),
        proof=proof,
    )
    records.save(paths.record("freeze", network), record)
    return f"{network}: {', '.join(f'{t.role} {list(t.shape)}' for t in inputs)} -> {role} {list(shape)}"


def shape_of(role: str, size: tuple[int, int]) -> tuple[int, ...]:
    """Give the fixed shape of an input."""
    return BOTTLENECK if role == "bottleneck" else (1, *size, 3)


def located(whole: GraphDef, entry: Entry, settings: Network) -> tuple[Entry, dict[str, float]]:
    """Give the entry with its cuts, and their proof where the catalogue does not pin all that the network needs."""
    if {*roles.inputs(settings), roles.output(settings)} <= set(entry.cut):
        return entry, {}
    found, proof = completed(entry, whole, paths.IMAGES)
    return found, {name: value for name, value in asdict(proof).items() if value is not None}


def fixed(whole: GraphDef, settings: Network, entry: Entry) -> GraphDef:
    """Cut the whole graph as its catalogue entry says, and give it the network's input size."""
    role = roles.output(settings)
    for name in (*roles.inputs(settings), role):
        if name not in entry.cut:
            raise GraphError(
                f"{settings.source}: no cut for {name}",
                expected=", ".join(entry.cut),
                remedy="name the tensor's node in data/catalog.yaml: cut",
            )
    size = entry.crop.size if entry.crop else settings.input
    inputs = {name: (entry.cut[name], shape_of(name, size)) for name in roles.inputs(settings)}
    return resize(cut(whole, inputs, (role, entry.cut[role])), size, settings.input)


def parameters_of(graph: GraphDef) -> int:
    """Count the numbers in a graph's float constants."""
    tensors = [node.attr["value"].tensor for node in graph.node if node.op == "Const"]
    return sum(tf.TensorShape(t.tensor_shape).num_elements() for t in tensors if t.dtype == tf.float32.as_datatype_enum)


if __name__ == "__main__":
    stage.run(freeze)
