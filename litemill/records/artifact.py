"""The record of a TFLite file, and what it tells of itself without being run on time."""

from typing import Literal

from litemill.records.base import Record, Tensor


class Refusal(Record, frozen=True):
    """Operators that a delegate leaves to the plain kernels for one reason.

    Parameters
    ----------
    operator
        TFLite's name of them.
    reason
        Why.
    count
        How many there are.
    """

    operator: str
    reason: str
    count: int

    @property
    def text(self) -> str:
        """Operator, reason and, in brackets, how many."""
        return f"{self.operator}: {self.reason} ({self.count})"


class Delegation(Record, frozen=True):
    """How far a delegate takes a TFLite file.

    Parameters
    ----------
    target
        `xnnpack`, as the runtime laid it out; `gpu`, by the rules published with that delegate.
    partitions
        Pieces that the delegate runs; null where that is not measured.
    refused
        What it leaves.
    """

    target: Literal["xnnpack", "gpu"]
    partitions: int | None
    refused: tuple[Refusal, ...]

    @property
    def left(self) -> int:
        """How many operators it leaves."""
        return sum(one.count for one in self.refused)


class Facts(Record, frozen=True):
    """What holds of a TFLite file wherever it runs.

    Parameters
    ----------
    figures
        By the names of `litemill.figures`.
    delegation
        By delegate.
    """

    figures: dict[str, float] = {}
    delegation: tuple[Delegation, ...] = ()

    def of(self, target: Literal["xnnpack", "gpu"]) -> Delegation:
        """Return what a delegate takes; nothing is refused where that is not recorded."""
        return next((one for one in self.delegation if one.target == target), Delegation(target, None, ()))


class VariantFacts(Record, frozen=True):
    """What holds of a network's variants wherever they run; apart from the variants, which are timed.

    Parameters
    ----------
    network
        Its name.
    facts
        By the SHA-256 of the file.
    """

    network: str
    facts: dict[str, Facts] = {}


class Converted(Record, frozen=True):
    """A TFLite file.

    Parameters
    ----------
    network, recipe
        What it was built of, and how.
    quantize
        The recipe's.
    sha256, size_bytes
        Of the file.
    inputs, outputs
        Its tensors, by the file's own order.
    ops
        Operators by TFLite's name, and how many of each.
    unpacked_bytes
        Its size ahead of repacking.
    kept_float
        Of `keep_float`: output tensors whose ops stayed in float.
    notes
        What the conversion chose by itself, and why.
    facts
        What it costs wherever it runs, and what delegates take of it.
    """

    network: str
    recipe: str
    quantize: str
    sha256: str
    size_bytes: int
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    ops: dict[str, int] = {}
    unpacked_bytes: int = 0
    kept_float: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    facts: Facts = Facts()
