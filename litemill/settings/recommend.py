"""Which file of each network is shipped for a target: the rules of `params.yaml`."""

from typing import Annotated, Literal

import msgspec

from litemill.settings.recipe import Count, Quantize, Share, Tolerance

Bytes = Annotated[int, msgspec.Meta(ge=1)]


Target = Literal["cpu", "gpu"]


TARGETS: tuple[Target, ...] = ("cpu", "gpu")


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file must be to be shipped for a target, and which of several is.

    Parameters
    ----------
    prefer
        Which of those that the rule allows is shipped.
    threads
        At how many threads of the host latency counts; left out, it does not: a GPU's is not what a host measures.
    accuracy
        The least against the original; what a network's task does not measure is left aside.
    max_bytes
        The most that a network's file may have.
    quantize
        The kinds of `quantize` that the target takes; any if left out.
    fully_delegable
        Whether the GPU delegate's published rules must accept every operator.
    """

    prefer: Literal["fastest", "smallest", "most_accurate"]
    threads: Count | None = None
    accuracy: Tolerance = Tolerance()
    max_bytes: dict[str, Bytes] = {}
    quantize: tuple[Quantize, ...] = ()
    fully_delegable: bool = False

    def __post_init__(self) -> None:
        if self.prefer == "fastest" and self.threads is None:
            raise ValueError("prefer fastest needs threads, the number at which latency counts")


class Recommend(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule of each target.

    Parameters
    ----------
    cpu
        Of what is shipped in `models/recommended/cpu`.
    gpu
        Of what is shipped in `models/recommended/gpu`.
    same_latency
        Two latencies count as the same where they differ by no more than this share of the smaller one, or by no more
        than the noise of both.
    """

    cpu: Rule = Rule(prefer="fastest", threads=1)
    gpu: Rule = Rule(prefer="smallest", quantize=("fp16", "fp16_exact"), fully_delegable=True)
    same_latency: Share = 0.05

    def rule(self, target: Target) -> Rule:
        """Return the rule of a target."""
        return self.cpu if target == "cpu" else self.gpu
