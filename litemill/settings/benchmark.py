"""How latency is measured on the host."""

from typing import Annotated

import msgspec

from litemill.settings.recipe import Count


class Benchmark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How latency is measured on the host.

    Parameters
    ----------
    threads
        Thread counts of the runtime.
    rounds
        Timed runs of each file.
    rewriting_rounds
        Timed runs of each graph that shows what the rewrites do.
    warmup
        Runs ahead of them.
    """

    threads: Annotated[tuple[Count, ...], msgspec.Meta(min_length=1)]
    rounds: Count
    rewriting_rounds: Count
    warmup: Count
