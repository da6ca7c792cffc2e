"""Where TensorFlow 2 put the variables of a model: the tree of its objects, in the SavedModel and in the checkpoint."""

from typing import Any

from google.protobuf.message import DecodeError
from tensorflow.core.protobuf.saved_object_graph_pb2 import SavedObjectGraph
from tensorflow.core.protobuf.trackable_object_graph_pb2 import TrackableObjectGraph

Reader = Any  # TensorFlow has no name for it
KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
VALUE = "VARIABLE_VALUE"


def keys(saved: SavedObjectGraph, reader: Reader) -> dict[int, str]:
    """Return the checkpoint's keys of a SavedModel's variables, by the number of their objects.

    Both trees start at the model; an object of one is that of the other where the names that lead to it are the same.

    Parameters
    ----------
    saved
        The tree in the SavedModel.
    reader
        Of the checkpoint; without a tree in it there are no keys.
    """
    if reader.get_variable_to_shape_map().get(KEY) != []:
        return {}
    tree = TrackableObjectGraph()
    try:
        tree.ParseFromString(reader.get_tensor(KEY))
    except DecodeError:
        return {}
    result, twins, waiting = {}, {}, [(0, 0)]
    while waiting:
        one, other = waiting.pop()
        if one in twins or one >= len(saved.nodes) or other >= len(tree.nodes):
            continue
        twins[one] = other
        for attribute in tree.nodes[other].attributes:
            if attribute.name == VALUE:
                result[one] = attribute.checkpoint_key
        names = {child.local_name: child.node_id for child in tree.nodes[other].children}
        waiting += [(child.node_id, names[child.local_name]) for child in saved.nodes[one].children
                    if child.local_name in names]  # fmt: skip
    return result
