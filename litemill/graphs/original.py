"""The original of a stylization, called as its publisher means it: content and style in, a picture out."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from litemill.graphs.load import frozen, model
from litemill.graphs.run import runner
from litemill.ground.errors import GraphError
from litemill.settings.catalog import Entry

Floats = npt.NDArray[np.float32]
Feeds = Mapping[str, Floats]
SAVED_MODEL = "saved_model"


def original(folder: Path, entry: Entry) -> Callable[[Feeds], Floats]:
    """Return a function from content and style, by the nodes of their cuts, to the stylized picture.

    A SavedModel's own call is made; of two, predict's and then transfer's. A frozen graph is run whole.

    Parameters
    ----------
    folder
        Of the unpacked source.
    entry
        With its cuts.
    """
    if entry.kind == "frozen_graph":
        run = runner(frozen(folder, entry))
        return lambda feeds: np.asarray(run(feeds, [entry.cut["stylized"]])[0])
    if entry.transfer is None:
        loaded = model(folder / SAVED_MODEL)
        return lambda feeds: call(loaded, feeds)
    predict, transfer = (model(folder / half / SAVED_MODEL) for half in entry.halves())
    content, style = (entry.cut[role] for role in ("content", "style"))

    def both(feeds: Feeds) -> Floats:
        bottleneck = call(predict, {style.removeprefix("predict/"): feeds[style]})
        given = {content.removeprefix("transfer/"): feeds[content]}
        return call(transfer, given | dict.fromkeys(set(arguments(transfer).values()) - set(given), bottleneck))

    return both


def arguments(loaded: tf.Module) -> dict[str, str]:
    """Return the arguments of a SavedModel's default signature, and the names of their nodes."""
    signature = loaded.signatures["serving_default"]
    specs, nodes = signature.structured_input_signature[1], [tensor.op.name for tensor in signature.inputs]
    if {spec.name for spec in specs.values()} <= set(nodes):
        return {key: spec.name for key, spec in specs.items()}
    # TensorFlow 1's specs are named by their keys; their nodes come in the same order, ahead of the variables
    return dict(zip(specs, nodes, strict=False))


def call(loaded: tf.Module, feeds: Feeds) -> Floats:
    """Call a SavedModel's default signature as a whole, its inputs by the names of their nodes; the first output."""
    named = arguments(loaded)
    missing = sorted(set(named.values()) - set(feeds))
    if missing:
        raise GraphError(
            "an input of the SavedModel has no cut",
            expected=", ".join(missing),
            got=", ".join(feeds),
            remedy="name it in data/catalog.yaml: cut",
        )
    outputs = loaded.signatures["serving_default"](**{key: tf.constant(feeds[name]) for key, name in named.items()})
    return np.asarray(next(iter(outputs.values())).numpy())
