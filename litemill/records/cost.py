"""The records of what files cost on this host, and what the rewrites do to that."""

from typing import Literal

from litemill.records.base import Record
from litemill.records.graph import Variant


class Latency(Record, frozen=True):
    """Time of one run at a number of threads, over the timed runs.

    `spread` is the interquartile range over the median.

    Parameters
    ----------
    threads
        Of the runtime.
    median_ms, p95_ms
        Median and 95th percentile.
    spread
        The interquartile range over the median.
    """

    threads: int
    median_ms: float
    p95_ms: float
    spread: float


class Delegation(Record, frozen=True):
    """How far a delegate takes a TFLite file.

    Parameters
    ----------
    target
        `xnnpack`, as the runtime laid it out; `gpu`, by the rules published with that delegate.
    partitions
        Pieces that the delegate runs; null where that is not measured.
    outside
        What it leaves: operator, reason and, in brackets, how many.
    """

    target: Literal["xnnpack", "gpu"]
    partitions: int | None
    outside: tuple[str, ...]


class Measured(Record, frozen=True):
    """What one TFLite file costs on the host.

    Parameters
    ----------
    name, baseline
        The recipe; or, of an official file, the catalogue's entry.
    sha256
        Of the file.
    init_ms
        To load it and make it ready to run.
    peak_memory_mb
        By how much the peak of the process grew.
    latency
        At each number of threads.
    multiply_adds
        Of one run.
    delegation
        By delegate.
    """

    name: str
    sha256: str
    init_ms: float
    peak_memory_mb: float
    latency: tuple[Latency, ...]
    baseline: bool = False
    multiply_adds: int = 0
    delegation: tuple[Delegation, ...] = ()


class Machine(Record, frozen=True):
    """What the figures were taken on.

    Parameters
    ----------
    cpu, cores, memory_gb
        As the system names and counts them; what it does not say is empty.
    features
        Instructions that matter to the kernels.
    system
        Operating system and architecture.
    litert
        Version of the runtime.
    """

    cpu: str
    cores: int
    memory_gb: int
    features: tuple[str, ...]
    system: str
    litert: str


class Benchmarked(Record, frozen=True):
    """A network's files and baselines, timed in turn in one run.

    Parameters
    ----------
    network
        Its name.
    machine
        What it ran on.
    rounds
        Timed runs of each file.
    artifacts
        One a file; official files stand beside ours.
    """

    network: str
    machine: Machine
    rounds: int
    artifacts: tuple[Measured, ...]


class TimedVariant(Variant, frozen=True, kw_only=True):
    """A network in float32 with some of its rewrites, or none, and what its file costs on one thread.

    Parameters
    ----------
    name, rewrites, sha256, size_bytes, psnr_db, max_error
        As of `Variant`.
    ops, multiply_adds, delegation, latency, init_ms, peak_memory_mb
        Of the file; all variants of a network are timed in turn.
    """

    ops: int
    multiply_adds: int
    delegation: Delegation
    latency: Latency
    init_ms: float
    peak_memory_mb: float


class Rewriting(Record, frozen=True):
    """What a network's rewrites do; empty where it lists none.

    Parameters
    ----------
    network
        Its name.
    variants
        Of the graph as it was cut, of each rewrite alone, and of all.
    """

    network: str
    variants: tuple[TimedVariant, ...] = ()
