"""A rewritten graph proven: what it gives to real inputs is what the graph gave before."""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.core.errors import GraphError
from litemill.graphs.run import runner
from litemill.tasks import metrics

Inputs = Mapping[str, npt.NDArray[Any]]
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


def prove(
    rewritten: GraphDef,
    original: GraphDef,
    output: str,
    inputs: Inputs,
    least_psnr_db: float = LEAST_PSNR_DB,
    largest_error: float = LARGEST_ERROR,
) -> Proof:
    """Hold a rewritten graph against the unrewritten one.

    Parameters
    ----------
    rewritten, original
        Cut graphs with the same inputs and output.
    output
        The output's node.
    inputs
        Placeholder to real values [n, ...]; each row is given with a batch axis of 1.
    least_psnr_db, largest_error
        What every input must have, both against the range of what the unrewritten graph gives.

    Raises
    ------
    GraphError
        There are no inputs, or a result differs by more.
    """
    names = [node.name for node in original.node if node.op == "Placeholder"]
    missing = [name for name in names if not len(inputs.get(name, ()))]
    if missing:
        raise GraphError(
            "no inputs to prove the rewrites on",
            expected=", ".join(names),
            got=f"none for {', '.join(missing)}",
            remedy="add pictures to params.yaml: images",
        )
    before, after = runner(original), runner(rewritten)
    figures = []
    for row in zip(*(inputs[name] for name in names), strict=True):
        feeds = {name: value[None] for name, value in zip(names, row, strict=True)}
        wanted, got = before(feeds, (output,))[0], after(feeds, (output,))[0]
        figures.append(_figures(got, wanted))
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


def _figures(got: npt.NDArray[np.float32], wanted: npt.NDArray[np.float32]) -> tuple[float, float]:
    """Give the largest error as a share of the range, and the PSNR in dB; what is no number is infinitely far."""
    if got.shape != wanted.shape or not np.isfinite(got).all():
        return float("inf"), 0.0
    peak = float(np.ptp(wanted)) or 1.0
    return metrics.max_error(got, wanted) / peak, metrics.psnr_db(got, wanted, peak)
