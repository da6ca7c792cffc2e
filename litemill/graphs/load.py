"""Sources as frozen graphs: variables made constants, nothing else changed."""

import logging
from pathlib import Path

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from litemill.graphs import safety, saved_model
from litemill.graphs.join import joined
from litemill.ground.errors import GraphError
from litemill.settings.catalog import Entry

REMEDY = "remove the source's folder, then run: dvc repro"
# what TensorFlow's loader raises at a damaged SavedModel, as the damage happens to lie
DAMAGED = (
    OSError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    AssertionError,
    RuntimeError,
    DecodeError,
    tf.errors.OpError,
)


def frozen(folder: Path, entry: Entry) -> GraphDef:
    """Return the whole graph of an unpacked source; that of one in two halves is both, joined."""
    if entry.transfer is not None:
        return joined(**{half: frozen(folder / half, one) for half, one in entry.halves().items()})
    if entry.kind == "saved_model":
        return freeze(folder / "saved_model")
    return read(folder / "frozen_inference_graph.pb")


def read(path: Path) -> GraphDef:
    """Read a frozen graph; GraphError where it is none, or holds an op that does more than compute."""
    graph = GraphDef()
    try:
        graph.ParseFromString(path.read_bytes())
    except FileNotFoundError:
        raise GraphError(f"{path}: no such graph", remedy="run: dvc repro") from None
    except (DecodeError, OSError) as error:
        raise GraphError(f"{path}: can't be read as a graph", got=error, remedy=REMEDY) from None
    if not graph.node:
        raise GraphError(f"{path}: is an empty graph", expected="nodes", remedy=REMEDY)
    safety.check(graph)
    return graph


def model(folder: Path) -> tf.Module:
    """Load a SavedModel's default signature; GraphError where it is none, is not safe to load, or has no signature."""
    # the import warns of what training would miss: gradients, names with colons
    for name in ("tensorflow", "absl"):
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        return saved_model.load(folder)
    except DAMAGED as error:
        raise GraphError(f"{folder}: can't be read as a SavedModel", got=error, remedy=REMEDY) from None


def freeze(folder: Path) -> GraphDef:
    """Turn a SavedModel's default signature into a frozen graph."""
    loaded = model(folder)  # its signatures hold its variables by weak references alone
    try:
        graph = convert_variables_to_constants_v2(loaded.signatures["serving_default"]).graph.as_graph_def()
    except DAMAGED as error:
        raise GraphError(f"{folder}: can't be frozen", got=error, remedy="export it again") from None
    safety.check(graph)
    return graph
