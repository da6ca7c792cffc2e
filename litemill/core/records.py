"""What stages leave for each other and for git: typed, rounded, sorted, tied to files by their SHA-256."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from litemill.core import files, paths
from litemill.core.catalog import Entry
from litemill.core.errors import RecordError, from_os
from litemill.core.files import Arrays
from litemill.core.params import Network

R = TypeVar("R", bound="Record")

SIGNIFICANT_DIGITS = 6


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What every record is."""


class Tensor(Record, frozen=True):
    """One input or output of a graph or a TFLite file.

    Parameters
    ----------
    role
        What it holds: image, logits, resized_logits, content, style, bottleneck, stylized.
    name, shape, dtype
        As the graph or the file has it.
    scale, zero_point
        Of a quantized tensor: value = scale * (stored - zero_point); 0 where it is not quantized.
    """

    role: str
    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float = 0.0
    zero_point: int = 0


class Fetched(Record, frozen=True):
    """A source at hand: its catalogue entry, where it came from, and its files by SHA-256."""

    source: str
    origin: str
    rebuilt: bool
    sha256: str
    size_bytes: int
    files: dict[str, str]
    entry: Entry


class Frozen(Record, frozen=True):
    """A network's frozen, cut graph.

    Parameters
    ----------
    network, settings
        Its name and what `params.yaml` says of it, its baselines left out.
    entry
        Its source's catalogue entry, the cuts and the crop filled in where they were found.
    sha256, inputs, output
        Of the graph.
    ops, parameters
        Operations by type, and how many numbers the constants hold.
    proof
        Of cuts that were found: the largest errors and the label agreement; empty where the catalogue pins them.
    """

    network: str
    settings: Network
    entry: Entry
    sha256: str
    inputs: tuple[Tensor, ...]
    output: Tensor
    ops: dict[str, int]
    parameters: int
    proof: dict[str, float] = {}


class Sampled(Record, frozen=True):
    """Which pictures a network's inputs are of, and the SHA-256 of the files that hold them.

    `truth` maps an evaluation picture to its ground truth.
    """

    network: str
    calibration: tuple[str, ...]
    evaluation: tuple[str, ...]
    calibration_sha256: str
    evaluation_sha256: str
    truth: dict[str, str] = {}


class Referenced(Record, frozen=True):
    """What the original model said to the evaluation samples.

    Parameters
    ----------
    sha256
        Of the reference's file.
    cut_error
        Largest difference between our input to the network and the original's own, in the tensor's unit; null where
        there is no such, as for another input size.
    """

    network: str
    sha256: str
    cut_error: float | None


class Converted(Record, frozen=True):
    """A TFLite file; where the network is not built with the recipe, `built` is false and the file empty."""

    network: str
    recipe: str
    quantize: str
    built: bool
    sha256: str
    size_bytes: int
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    ops: dict[str, int] = {}


class Judged(Record, frozen=True):
    """How near a TFLite file is to the original.

    Parameters
    ----------
    name, baseline
        The recipe; or, of an official file, the catalogue's entry.
    metrics
        Over all evaluation pictures, by the names of `litemill.tasks.metrics` (shares 0 to 1, dB, the tensor's unit).
    pictures
        The same a picture.
    class_iou
        Intersection over union with the ground truth by class, where there is some.
    """

    name: str
    sha256: str
    size_bytes: int
    metrics: dict[str, float]
    pictures: dict[str, dict[str, float]]
    baseline: bool = False
    class_iou: dict[str, float] = {}


class Validated(Record, frozen=True):
    """A network's files, each against the original; `original` is the original against the ground truth."""

    network: str
    artifacts: tuple[Judged, ...]
    original: dict[str, float] = {}


class Pair(Record, frozen=True):
    """A predict and a transfer file, one after the other, against the original's stylized pictures."""

    name: str
    predict_sha256: str
    transfer_sha256: str
    size_bytes: int
    metrics: dict[str, float]
    pictures: dict[str, dict[str, float]]
    baseline: bool = False


class Paired(Record, frozen=True):
    """A transfer network fed by a predict network: pairs of the same recipe, and the official files."""

    transfer: str
    predict: str
    pairs: tuple[Pair, ...]


class Latency(Record, frozen=True):
    """Time of one run at a number of threads, over the timed runs.

    `spread` is the interquartile range over the median.
    """

    threads: int
    median_ms: float
    p95_ms: float
    spread: float


class Measured(Record, frozen=True):
    """What one TFLite file costs on the host; memory is the growth of the process's peak."""

    name: str
    sha256: str
    init_ms: float
    peak_memory_mb: float
    latency: tuple[Latency, ...]
    baseline: bool = False


class Machine(Record, frozen=True):
    """What the figures were taken on; `features` are the instructions that matter to the kernels."""

    cpu: str
    cores: int
    memory_gb: int
    features: tuple[str, ...]
    system: str
    litert: str


class Benchmarked(Record, frozen=True):
    """A network's files and baselines, timed in turn in one run."""

    network: str
    machine: Machine
    rounds: int
    artifacts: tuple[Measured, ...]


class Failure(Record, frozen=True):
    """One figure outside its tolerance."""

    metric: str
    value: float
    tolerance: float


class Verdict(Record, frozen=True):
    """Whether an artifact is within its recipe's tolerance."""

    network: str
    recipe: str
    sha256: str
    failures: tuple[Failure, ...] = ()


class Gate(Record, frozen=True):
    """The verdicts of all artifacts."""

    verdicts: tuple[Verdict, ...]


def encode(record: msgspec.Struct | Mapping[str, object]) -> bytes:
    """Give a record, or a plain mapping, as JSON: sorted keys, 6 significant digits, a line break at the end."""
    plain = _rounded(msgspec.to_builtins(record), type(record).__name__)
    return msgspec.json.format(msgspec.json.encode(plain, order="deterministic"), indent=2) + b"\n"


def save(path: Path, record: Record) -> None:
    """Write a record, whole or not at all."""
    files.write(path, encode(record))


def load(path: Path, kind: type[R]) -> R:
    """Read a record; RecordError where it is missing or is no such record."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        raise RecordError(f"{path}: no such record", remedy="run: dvc repro") from None
    except OSError as error:
        raise from_os(error) from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise RecordError(
            f"{path}: is no {kind.__name__} record", got=error, remedy="remove it, then run: dvc repro"
        ) from None


def check(path: Path, sha256: str, file: Path) -> None:
    """Raise RecordError unless `file` is the one that the record at `path` describes."""
    found = files.sha256(file) if file.is_file() else "no file"
    if found != sha256:
        raise RecordError(
            f"{path}: describes another {file}", expected=sha256[:12], got=found[:12], remedy="run: dvc repro"
        )


def frozen(network: str) -> Frozen:
    """Give what is known of a network: settings, source, graph."""
    return load(paths.record("freeze", network), Frozen)


def sampled(network: str) -> tuple[Sampled, Arrays]:
    """Give a network's evaluation samples, checked: their names, and arrays [n, ...] by role."""
    record = load(paths.record("samples", network), Sampled)
    file = paths.samples(network, "evaluation")
    check(paths.record("samples", network), record.evaluation_sha256, file)
    return record, files.read_arrays(file)


def referenced(network: str) -> Arrays:
    """Give what the original says to a network's evaluation samples, checked."""
    record, file = load(paths.record("reference", network), Referenced), paths.reference(network)
    check(paths.record("reference", network), record.sha256, file)
    return files.read_arrays(file)


def artifacts(network: str) -> dict[str, Converted]:
    """Give the artifacts of a network that were built, by recipe, each checked against its file."""
    found = {}
    for path in sorted(paths.record("convert", network, "any").parent.glob("*.json")):
        record = load(path, Converted)
        if record.built:
            check(path, record.sha256, paths.artifact(network, record.recipe))
            found[record.recipe] = record
    return found


def _rounded(value: object, where: str) -> object:
    """Round every float below `value`; RecordError on one that JSON can't hold."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise RecordError(f"{where}: not a finite number", got=value, remedy="see what the stage measured")
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item, where) for item in value]
    return value
