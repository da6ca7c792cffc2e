"""Graphs run in TensorFlow: arrays by tensor name in, arrays out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.ground.errors import GraphError

Array = npt.NDArray[Any]
Runner = Callable[[Mapping[str, Array], Sequence[str]], list[Array]]


class TooLargeError(GraphError):
    """A graph needs more memory than there is; TensorFlow waits ten seconds ahead of saying so, so ask but once."""


def imported(graph: GraphDef) -> tf.Graph:
    """Import a graph, so that TensorFlow infers its shapes; GraphError where it does not fit together."""
    result = tf.Graph()
    try:
        with result.as_default():
            tf.import_graph_def(graph, name="")
    except (ValueError, TypeError, KeyError, tf.errors.OpError) as error:
        raise GraphError("the graph does not fit together", got=error, remedy="get it or export it again") from None
    return result


def runner(graph: GraphDef) -> Runner:
    """Return a function that runs a graph: node name to array in, arrays of the named nodes out.

    One thread a run, the caller's, so that sums are taken in one order and results repeat; several threads may run it.
    """
    config = tf.compat.v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=-1)
    session = tf.compat.v1.Session(graph=imported(graph), config=config)

    def run(feeds: Mapping[str, Array], fetches: Sequence[str]) -> list[Array]:
        try:
            return list(
                session.run(
                    [f"{name}:0" for name in fetches], {f"{name}:0": np.asarray(value) for name, value in feeds.items()}
                )
            )
        except tf.errors.ResourceExhaustedError as error:
            raise TooLargeError(
                "the graph needs more memory than there is", got=error, remedy="do not use it, or see the sizes in it"
            ) from None
        except (ValueError, KeyError, tf.errors.OpError) as error:
            raise GraphError("the graph can't be run", got=error, remedy="see the cut of its catalogue entry") from None

    return run
