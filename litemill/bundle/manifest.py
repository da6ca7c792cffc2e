"""What a bundle says of itself, in `manifest.json`; paths are relative to its folder."""

from litemill.records.base import Record, Tensor
from litemill.records.cost import Latency, Machine
from litemill.settings.recommend import Target


class Normalization(Record, frozen=True):
    """How a pixel of 0 to 255 enters a network: (pixel - mean) / std, for each of R, G and B."""

    mean: float
    std: float


class Port(Tensor, frozen=True):
    """An input or output of a shipped file, and what an app must know of it."""

    description: str = ""
    normalization: Normalization | None = None


class Golden(Record, frozen=True):
    """Inputs and what the file must say to them.

    Parameters
    ----------
    inputs
        Tensor to its float32 .npy, as it enters the network, the batch axis included.
    pictures
        Tensor to the .png that becomes that input by the tensor's normalization alone.
    output
        The expected float32 .npy.
    mean_error, max_error
        The most that the output may differ, in its own unit: the mean over all its values, and any single one.
    """

    inputs: dict[str, str]
    pictures: dict[str, str]
    output: str
    mean_error: float
    max_error: float


class Shipped(Record, frozen=True):
    """One file for one target.

    Parameters
    ----------
    file
        Its path; SHA-256 and size are in the manifest's `files`.
    built_sha256
        Of the same file ahead of its metadata, as the records have it.
    recipe, quantize, why
        How it was made, and why it is the one that is shipped.
    source, url, licence, dataset, note
        Of the original.
    labels
        The path of its classes, one a line; empty where it has none.
    accuracy
        Against the original, by the names of the records.
    latency
        On the host that the manifest names as `machine`.
    """

    network: str
    target: Target
    file: str
    built_sha256: str
    recipe: str
    quantize: str
    why: str
    source: str
    url: str
    licence: str
    dataset: str
    note: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    labels: str
    accuracy: dict[str, float]
    latency: tuple[Latency, ...]
    machine: Machine
    golden: Golden


class StylePack(Record, frozen=True):
    """The bottlenecks of styles, so that an app ships the transfer network alone.

    Parameters
    ----------
    file, styles
        Its path, and the names of the styles that it holds.
    transfer, predict
        The network that takes the bottlenecks, and the one that made them.
    predict_recipe, predict_sha256
        The file that did.
    replaced_bytes
        What the predict network's file for cpu has, which an app leaves out; 0 where none is shipped.
    """

    file: str
    styles: tuple[str, ...]
    transfer: str
    predict: str
    predict_recipe: str
    predict_sha256: str
    replaced_bytes: int


class File(Record, frozen=True):
    """A file's bytes."""

    sha256: str
    size_bytes: int


class Manifest(Record, frozen=True):
    """All of a bundle; `files` holds every file but the manifest."""

    files: dict[str, File]
    models: tuple[Shipped, ...]
    styles: tuple[StylePack, ...]
