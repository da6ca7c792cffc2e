"""A network taken out of its source's whole graph."""

import tensorflow as tf
from msgspec.structs import asdict
from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.graphs.cut import cut
from litemill.graphs.proof_images import completed
from litemill.graphs.run import imported
from litemill.graphs.shapes import multiple, nearest, output_shape, resize
from litemill.ground import project
from litemill.ground.errors import GraphError
from litemill.settings.catalog import Entry
from litemill.settings.network import Network
from litemill.tasks.registry import task_of


def shapes(whole: GraphDef, settings: Network, entry: Entry, size: tuple[int, int]) -> dict[str, tuple[int, ...]]:
    """Return the fixed shape of each input: a picture of the size, or a bottleneck as long as the graph's."""
    found: dict[str, tuple[int, ...]] = dict.fromkeys(task_of(settings).inputs, (1, *size, 3))
    if "bottleneck" in found:
        vector = imported(whole).get_tensor_by_name(f"{entry.cut['bottleneck']}:0")
        found["bottleneck"] = (1, 1, 1, int(vector.shape[-1]))
    return found


def located(whole: GraphDef, entry: Entry, settings: Network) -> tuple[Entry, dict[str, float]]:
    """Return the entry with its cuts, and their proof where the catalogue does not pin all that the network needs."""
    needed = task_of(settings).cuts(settings)
    if needed <= set(entry.cut):
        return entry, {}
    found, proof = completed(entry, whole, project.IMAGES)
    missing = needed - set(found.cut)
    if missing and found.part:
        raise GraphError(
            f"{settings.source}: is the {found.part} half alone",
            expected="one that has " + ", ".join(sorted(missing)),
            remedy="give the file of the other half in the same entry: `transfer` in docs/catalogue.md",
        )
    if missing:
        raise GraphError(
            f"{settings.source}: has no {', '.join(sorted(missing))}",
            expected="one of " + ", ".join(found.cut),
            remedy="see python -m litemill inspect, and the network's part and output in params.yaml",
        )
    return found, {name: value for name, value in asdict(proof).items() if value is not None}


def fixed(whole: GraphDef, settings: Network, entry: Entry) -> GraphDef:
    """Cut the whole graph as its catalogue entry says, and give it the network's input size.

    Raises
    ------
    GraphError
        The network's strides do not allow that size; the nearest that they do is named.
    """
    try:
        return _fixed(whole, settings, entry, settings.input)
    except GraphError as error:
        known = entry.crop.size if entry.crop else multiple(settings.input)
        if not _allowed(whole, settings, entry, known):
            raise  # it is not the size
        height, width = nearest(lambda size: _allowed(whole, settings, entry, size), settings.input, known)
        raise GraphError(
            f"{settings.source}: takes no input of {settings.input[0]}x{settings.input[1]}",
            expected=f"{height}x{width}, the nearest that its strides allow",
            got=error.what,
            remedy=f"set input to [{height}, {width}] in params.yaml",
        ) from None


def _fixed(whole: GraphDef, settings: Network, entry: Entry, size: tuple[int, int]) -> GraphDef:
    """Cut the whole graph and resize it; GraphError where it does not fit together, or gives another size."""
    role = task_of(settings).output(settings)
    old = entry.crop.size if entry.crop else size
    inputs = {name: (entry.cut[name], shape) for name, shape in shapes(whole, settings, entry, old).items()}
    graph = resize(cut(whole, inputs, (role, entry.cut[role])), old, size)
    found = output_shape(graph, role)
    expected = {"bottleneck": (1, 1), "logits": found[1:3]}.get(role, size)
    if found[1:3] != expected:
        raise GraphError(f"what leaves it is {found[1]}x{found[2]}, not {expected[0]}x{expected[1]}")
    return graph


def _allowed(whole: GraphDef, settings: Network, entry: Entry, size: tuple[int, int]) -> bool:
    try:
        _fixed(whole, settings, entry, size)
    except GraphError:
        return False
    return True


def parameters_of(graph: GraphDef) -> int:
    """Count the numbers in a graph's float constants."""
    tensors = [node.attr["value"].tensor for node in graph.node if node.op == "Const"]
    return sum(tf.TensorShape(t.tensor_shape).num_elements() for t in tensors if t.dtype == tf.float32.as_datatype_enum)
