"""A network taken out of its source's whole graph."""

import tensorflow as tf
from msgspec.structs import asdict
from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.core import paths, roles
from litemill.core.catalog import Entry
from litemill.core.errors import GraphError
from litemill.core.params import Network
from litemill.graphs.cut import cut
from litemill.graphs.run import imported
from litemill.graphs.shapes import resize
from litemill.graphs.trial import completed


def shapes(whole: GraphDef, settings: Network, entry: Entry, size: tuple[int, int]) -> dict[str, tuple[int, ...]]:
    """Give the fixed shape of each input: a picture of the size, or a bottleneck as long as the graph's."""
    found: dict[str, tuple[int, ...]] = dict.fromkeys(roles.inputs(settings), (1, *size, 3))
    if "bottleneck" in found:
        vector = imported(whole).get_tensor_by_name(f"{entry.cut['bottleneck']}:0")
        found["bottleneck"] = (1, 1, 1, int(vector.shape[-1]))
    return found


def located(whole: GraphDef, entry: Entry, settings: Network) -> tuple[Entry, dict[str, float]]:
    """Give the entry with its cuts, and their proof where the catalogue does not pin all that the network needs."""
    needed = {*roles.inputs(settings), roles.output(settings)}
    needed |= {"style"} if settings.part == "transfer" else set()  # real bottlenecks come from real styles
    if needed <= set(entry.cut):
        return entry, {}
    found, proof = completed(entry, whole, paths.IMAGES)
    missing = needed - set(found.cut)
    if missing:
        raise GraphError(
            f"{settings.source}: has no {', '.join(sorted(missing))}",
            expected="one of " + ", ".join(found.cut),
            remedy="see python -m stages.inspect, and the network's part and output in params.yaml",
        )
    return found, {name: value for name, value in asdict(proof).items() if value is not None}


def fixed(whole: GraphDef, settings: Network, entry: Entry) -> GraphDef:
    """Cut the whole graph as its catalogue entry says, and give it the network's input size."""
    role = roles.output(settings)
    size = entry.crop.size if entry.crop else settings.input
    inputs = {name: (entry.cut[name], shape) for name, shape in shapes(whole, settings, entry, size).items()}
    return resize(cut(whole, inputs, (role, entry.cut[role])), size, settings.input)


def parameters_of(graph: GraphDef) -> int:
    """Count the numbers in a graph's float constants."""
    tensors = [node.attr["value"].tensor for node in graph.node if node.op == "Const"]
    return sum(tf.TensorShape(t.tensor_shape).num_elements() for t in tensors if t.dtype == tf.float32.as_datatype_enum)
