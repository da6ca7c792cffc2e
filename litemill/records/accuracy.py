"""The records of how near files are to the original, and whether that is near enough."""

import msgspec

from litemill.records.artifact import Facts
from litemill.records.base import Record


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
    facts
        Of an official file; those of ours stand in the record of their conversion.
    """

    name: str
    sha256: str
    size_bytes: int
    metrics: dict[str, float]
    pictures: dict[str, dict[str, float]]
    baseline: bool = False
    class_iou: dict[str, float] = msgspec.field(default_factory=dict)
    facts: Facts | None = None


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
    original: dict[str, float] = msgspec.field(default_factory=dict)


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
