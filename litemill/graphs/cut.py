"""The part of a graph between named tensors, with fixed shapes and names that do not move between exports."""

from collections.abc import Iterable, Mapping

import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from litemill.ground.errors import GraphError
from litemill.settings import reader

Shape = tuple[int, ...]


def cut(graph: GraphDef, inputs: Mapping[str, tuple[str, Shape]], *outputs: tuple[str, str]) -> GraphDef:
    """Cut a graph at nodes and name the cuts by their roles.

    Parameters
    ----------
    graph
        A frozen graph.
    inputs
        Role to (node, shape): each becomes a float32 placeholder of that shape, named by the role.
    outputs
        (role, node) each: what leaves the graph, by an identity named by the role.

    Raises
    ------
    GraphError
        A node is not there, or an input that is not given reaches the output.
    """
    names = {node.name for node in graph.node}
    for node in (*(node for node, _ in inputs.values()), *(node for _, node in outputs)):
        require_node(node, names)
    result = GraphDef(versions=graph.versions, library=graph.library)
    moved = {name: f"cut/{name}" for name in names & {*inputs, *(role for role, _ in outputs)}}
    for role, (_, shape) in inputs.items():
        result.node.append(_placeholder(role, shape))
    stand_in = {node: role for role, (node, _) in inputs.items()}
    for node in _behind(graph, [node for _, node in outputs], stand_in):
        copy = result.node.add()
        copy.CopyFrom(node)
        copy.name = moved.get(copy.name, copy.name)
        copy.attr.pop("_output_shapes", None)
        copy.input[:] = [_renamed(name, stand_in, moved) for name in node.input if name[:1] != "^"]
    for role, node_name in outputs:
        identity = result.node.add(name=role, op="Identity", input=[_renamed(node_name, stand_in, moved)])
        identity.attr["T"].type = tf.float32.as_datatype_enum
    return result


def require_node(name: str, names: Iterable[str]) -> None:
    """Raise GraphError with the nearest name unless a graph has the node."""
    known = set(names)
    if name not in known:
        raise GraphError(
            f"no node {name!r} in the graph", expected="the cut's node", remedy=reader.nearest(name, known)
        )


def node_of(tensor: str) -> str:
    """Return the node's name in a GraphDef's input: `^name`, `name` or `name:0`."""
    return tensor.removeprefix("^").split(":")[0]


def _placeholder(name: str, shape: Shape) -> NodeDef:
    node = NodeDef(name=name, op="Placeholder")
    node.attr["dtype"].type = tf.float32.as_datatype_enum
    node.attr["shape"].shape.CopyFrom(tf.TensorShape(shape).as_proto())
    return node


def _behind(graph: GraphDef, outputs: list[str], stand_in: Mapping[str, str]) -> list[NodeDef]:
    """Return the nodes that `outputs` need, in the graph's order, not going beyond the inputs."""
    nodes = {node.name: node for node in graph.node}
    needed: set[str] = set()
    waiting = list(outputs)
    while waiting:
        name = waiting.pop()
        if name in needed or name in stand_in:
            continue
        if name not in nodes:
            raise GraphError(f"node {name!r} is used and not there", remedy="the graph is damaged: get it again")
        if nodes[name].op.startswith("Placeholder") and nodes[name].op != "PlaceholderWithDefault":
            raise GraphError(
                f"input {name!r} still reaches {', '.join(map(repr, outputs))}",
                expected="every input behind the cut",
                remedy="move the cut of the inputs towards the output",
            )
        needed.add(name)
        # control edges order what has effects; a frozen graph has asserts at most, and those hang on the inputs
        waiting += [node_of(tensor) for tensor in nodes[name].input if tensor[:1] != "^"]
    return [node for node in graph.node if node.name in needed]


def _renamed(tensor: str, stand_in: Mapping[str, str], moved: Mapping[str, str]) -> str:
    """Return an input's new name, its control mark and its output number kept."""
    name = node_of(tensor)
    return tensor.replace(name, stand_in.get(name) or moved.get(name, name), 1)
