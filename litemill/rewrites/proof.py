"""A rewritten graph proven: what it gives to real inputs is what the graph gave before."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.graphs.run import runner
from litemill.ground import process
from litemill.ground.errors import GraphError
from litemill.tasks import metrics

Inputs = Mapping[str, npt.NDArray[Any]]
Result = npt.NDArray[Any]
# float32 sums taken in another order; a rewrite that is wrong in one tap of one kernel is below 60 dB
LEAST_PSNR_DB = 80.0
LARGEST_ERROR = 0.01


class Proof(msgspec.Struct, frozen=True):
    """How far a rewritten graph is from the unrewritten one.

    Parameters
    ----------
    samples
        Number of inputs that it was held against.
    max_error
        Largest absolute difference, as a share of the range of what the unrewritten graph gives.
    psnr_db, least_psnr_db
        Against that range: the mean over the inputs, and the least.
    """

    samples: int
    max_error: float
    psnr_db: float
    least_psnr_db: float


def results(graph: GraphDef, output: str, inputs: Inputs) -> list[Result]:
    """Return what a cut graph makes of each row of its inputs.

    Parameters
    ----------
    graph, output
        The graph, and its output's node.
    inputs
        Placeholder to real values [n, ...]; each row is given with a batch axis of 1.

    Raises
    ------
    GraphError
        There are no inputs.
    """
    names = [node.name for node in graph.node if node.op == "Placeholder"]
    missing = [name for name in names if not len(inputs.get(name, ()))]
    if missing:
        raise GraphError(
            "no inputs to prove the rewrites on",
            expected=", ".join(names),
            got=f"none for {', '.join(missing)}",
            remedy="add pictures to params.yaml: images",
        )
    run = runner(graph)
    rows = zip(*(inputs[name] for name in names), strict=True)
    feeds = [{name: value[None] for name, value in zip(names, row, strict=True)} for row in rows]
    return process.each(lambda one: run(one, (output,))[0], feeds)


def prove(
    got: Sequence[Result],
    wanted: Sequence[Result],
    least_psnr_db: float = LEAST_PSNR_DB,
    largest_error: float = LARGEST_ERROR,
) -> Proof:
    """Hold the results of a rewritten graph against those of the unrewritten one, for the same inputs.

    Parameters
    ----------
    got, wanted
        Of the rewritten and of the unrewritten graph.
    least_psnr_db, largest_error
        What each result must have, both against the range of the wanted one.

    Raises
    ------
    GraphError
        A result differs by more.
    """
    figures = [_figures(*pair) for pair in zip(got, wanted, strict=True)]
    errors, decibels = np.array(figures).T
    proof = Proof(len(figures), float(errors.max()), float(decibels.mean()), float(decibels.min()))
    if proof.least_psnr_db < least_psnr_db or proof.max_error > largest_error:
        raise GraphError(
            "the rewritten graph gives something else",
            expected=f"{least_psnr_db:.6g} dB and an error of {largest_error:.6g} of the range",
            got=f"{proof.least_psnr_db:.6g} dB and {proof.max_error:.6g}",
            remedy="take rewrites out of the network's list in params.yaml, one at a time",
        )
    return proof


def _figures(got: Result, wanted: Result) -> tuple[float, float]:
    """Return the largest error as a share of the range, and the PSNR in dB; what is no number is infinitely far."""
    if got.shape != wanted.shape or not np.isfinite(got).all():
        return float("inf"), 0.0
    peak = float(np.ptp(wanted)) or 1.0
    return metrics.max_error(got, wanted) / peak, metrics.psnr_db(got, wanted, peak)
