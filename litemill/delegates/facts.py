"""What a TFLite file tells of itself: what it computes, and what delegates take of it."""

from pathlib import Path

from litemill.delegates import gpu, xnnpack
from litemill.records.artifact import Delegation, Facts
from litemill.runtime import Model


def facts(path: Path) -> Facts:
    """Return what holds of a file wherever it runs."""
    model = Model(path)
    figures: dict[str, float] = {"multiply_adds": xnnpack.multiply_adds(model), "operators": len(model.operators())}
    return Facts(figures, (xnnpack.xnnpack(model), Delegation("gpu", None, gpu.refusals(path.read_bytes()))))
