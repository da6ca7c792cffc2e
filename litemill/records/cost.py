"""The records of what files cost on this host, and what the rewrites do to that."""

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

    @property
    def figures(self) -> dict[str, float]:
        """Its figures, by the names of `litemill.figures`."""
        return {"latency_ms": self.median_ms, "p95_ms": self.p95_ms}


class Measured(Record, frozen=True):
    """What one TFLite file costs on the host.

    Parameters
    ----------
    name, baseline
        The recipe; or, of an official file, the catalogue's entry.
    sha256
        Of the file.
    figures
        By the names of `litemill.figures`: `init_ms`, `peak_memory_mb` and what else is measured.
    latency
        At each number of threads.
    """

    name: str
    sha256: str
    figures: dict[str, float]
    latency: tuple[Latency, ...]
    baseline: bool = False


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
    figures, latency
        As of `Measured`, at one thread; all variants of a network are timed in turn.
    """

    figures: dict[str, float]
    latency: Latency


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
