"""What stages leave for each other and for git: typed structs, tied to files by their SHA-256."""

from typing import Literal

import msgspec

from litemill.core.catalog import Entry
from litemill.core.gallery import Composition
from litemill.core.params import Network


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
    """A source at hand: where it came from, and its files by SHA-256.

    Parameters
    ----------
    source, entry
        Its name in the catalogue, and its entry there.
    origin
        Where it came from: an address, or a path.
    rebuilt
        Whether it is an embedded archive that was rebuilt from released weights.
    sha256, size_bytes
        Of the file that was fetched; where a transfer network has a file of its own, the size is of both.
    transfer_sha256
        Of that second file.
    files
        What was unpacked, by its path below the source's folder.
    """

    source: str
    origin: str
    rebuilt: bool
    sha256: str
    size_bytes: int
    files: dict[str, str]
    entry: Entry
    transfer_sha256: str = ""


class Rewritten(Record, frozen=True):
    """What came of a rewrite.

    Parameters
    ----------
    name
        As `rewrites` of `params.yaml` has it.
    places
        In how many places of the graph something was rewritten.
    note
        Why in none.
    """

    name: str
    places: int
    note: str = ""


class Frozen(Record, frozen=True):
    """A network's frozen, cut graph.

    Parameters
    ----------
    network, settings
        Its name and what `params.yaml` says of it, its baselines and recipes left out.
    entry
        Its source's catalogue entry, the cuts and the crop filled in where they were found.
    sha256, inputs, output
        Of the graph.
    ops, parameters
        Operations by type, and how many numbers the constants hold.
    proof
        Of cuts that were found: the largest errors and the label agreement; empty where the catalogue pins them.
    rewrites
        What came of those that `settings` lists; `unrewritten.pb` beside the graph is the graph without them.
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
    rewrites: tuple[Rewritten, ...] = ()


class Sampled(Record, frozen=True):
    """Which pictures a network's inputs are of.

    Parameters
    ----------
    network
        Its name.
    calibration, evaluation
        Pictures below `data/images`; of two that enter together, content and style, joined by ` + `.
    calibration_sha256, evaluation_sha256
        Of the files that hold the inputs.
    truth
        Evaluation picture to its ground truth.
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
    network
        Its name.
    sha256
        Of the reference's file.
    cut_error
        Largest difference between our input to the network and the original's own, in the tensor's unit; null where
        there is no such, as for another input size.
    rewrite_proof
        Of the rewritten graph against the unrewritten one, over the evaluation inputs: max_error (share of the
        output's range), psnr_db and least_psnr_db; empty where there is no rewrite.
    """

    network: str
    sha256: str
    cut_error: float | None
    rewrite_proof: dict[str, float] = {}


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
    sha256, size_bytes
        Of the file.
    """

    name: str
    sha256: str
    size_bytes: int
    metrics: dict[str, float]
    pictures: dict[str, dict[str, float]]
    baseline: bool = False
    class_iou: dict[str, float] = {}


class Validated(Record, frozen=True):
    """A network's files, each against the original.

    Parameters
    ----------
    network
        Its name.
    artifacts
        One a file; official files stand beside ours.
    outputs_sha256
        Of the file that holds what they said.
    original
        The original's own IoU with the ground truth by class.
    """

    network: str
    outputs_sha256: str
    artifacts: tuple[Judged, ...]
    original: dict[str, float] = {}


class Pair(Record, frozen=True):
    """A predict and a transfer file, one after the other, against the original's stylized pictures.

    Parameters
    ----------
    name
        The recipe; or the two official files, joined by ` + `.
    predict_sha256, transfer_sha256
        Of the two files.
    size_bytes
        Of both together.
    metrics, pictures
        Over all pairs of pictures, and each pair; as of `Judged`.
    baseline
        Whether the files are official ones.
    """

    name: str
    predict_sha256: str
    transfer_sha256: str
    size_bytes: int
    metrics: dict[str, float]
    pictures: dict[str, dict[str, float]]
    baseline: bool = False


class Paired(Record, frozen=True):
    """A transfer network fed by a predict network: pairs of the same recipe, and the official files.

    Parameters
    ----------
    transfer, predict
        The two networks.
    pairs
        Their files, joined.
    """

    transfer: str
    predict: str
    pairs: tuple[Pair, ...]


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


class Variant(Record, frozen=True):
    """A network in float32 with some of its rewrites, or none.

    Parameters
    ----------
    name
        `as cut`, the one rewrite, or `all`.
    rewrites
        Those that were applied, in how many places.
    psnr_db, max_error
        Against the graph without rewrites on one evaluation sample, as of `Referenced.rewrite_proof`; null for that
        graph itself.
    ops, multiply_adds, delegation, latency, init_ms, peak_memory_mb
        Of the file, one thread; all variants are timed in turn.
    size_bytes
        Of the file.
    """

    name: str
    rewrites: dict[str, int]
    psnr_db: float | None
    max_error: float | None
    size_bytes: int
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
    variants: tuple[Variant, ...] = ()


class Failure(Record, frozen=True):
    """One figure outside its tolerance.

    Parameters
    ----------
    metric
        Its name, as tolerances have it.
    value, tolerance
        What it is, and the least that it may be.
    """

    metric: str
    value: float
    tolerance: float


class Verdict(Record, frozen=True):
    """Whether an artifact is within its recipe's tolerance.

    Parameters
    ----------
    network, recipe, sha256
        The file.
    failures
        What is outside; nothing where it is within.
    """

    network: str
    recipe: str
    sha256: str
    failures: tuple[Failure, ...] = ()


class Gate(Record, frozen=True):
    """The verdicts of all artifacts.

    Parameters
    ----------
    verdicts
        One a file.
    """

    verdicts: tuple[Verdict, ...]


class Shown(Record, frozen=True):
    """One entry of the gallery.

    Parameters
    ----------
    composition
        What was wanted.
    name, sha256
        Of the picture in the gallery's folder; empty where none could be made.
    refused
        Why none could be made.
    """

    composition: Composition
    name: str = ""
    sha256: str = ""
    refused: str = ""


class Gallery(Record, frozen=True):
    """What the networks are for, in pictures.

    Parameters
    ----------
    shown
        One an entry of `gallery`.
    files
        The recipe that made them, by network.
    """

    shown: tuple[Shown, ...]
    files: dict[str, str] = {}
