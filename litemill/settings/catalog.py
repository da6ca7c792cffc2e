"""Typed view of `data/catalog.yaml`: every source that a network or a baseline may name."""

from typing import Annotated, Literal

import msgspec
from msgspec.structs import asdict, replace

from litemill.ground.project import CATALOG
from litemill.settings import reader

Task = Literal["segmentation", "stylization"]


Part = Literal["predict", "transfer"]


Size = Annotated[int, msgspec.Meta(ge=1, le=8192)]


Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


Fit = Literal["shrink", "fit", "stretch", "none"]


Corners = Literal["aligned", "left", "half_pixel"]


class Embedded(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file in `data/embedded` that stands for a source.

    Parameters
    ----------
    sha256, size_bytes
        Of the file in the repository.
    rebuilt
        Whether it was rebuilt from released weights, and so is not upstream's file byte for byte.
    """

    sha256: Hash
    size_bytes: int
    rebuilt: bool = False


class Crop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a segmentation graph does to a picture ahead of its network.

    Parameters
    ----------
    size
        Height and width, in pixels, that the picture is shrunk to fit and padded to.
    pad_value
        What the padding holds, in the picture's scale of 0 to 255.
    divisor, offset
        A pixel enters the network as `pixel / divisor + offset`: short numbers, which records keep exactly.
    fit
        How a picture comes to fit: `shrink` larger ones, `fit` smaller ones too, `stretch` to the crop's own shape,
        or `none` in the graph, so that larger ones are shrunk ahead of it.
    corners
        How the picture's resize counts: `aligned` corners, from the `left` edge, or by `half_pixel` centres.
    logits_corners, labels_corners
        The same of the logits' resize to the crop, and of the labels' to the picture's own size.
    """

    size: tuple[Size, Size]
    pad_value: float = 127.5
    divisor: float = 127.5
    offset: float = -1.0
    fit: Fit = "shrink"
    corners: Corners = "aligned"
    logits_corners: Corners = "aligned"
    labels_corners: Corners = "aligned"

    def __post_init__(self) -> None:
        if not self.divisor:
            raise ValueError("divisor can not be 0")

    @property
    def scale(self) -> float:
        """What a pixel is multiplied with, as the graphs do it."""
        return 1 / self.divisor


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What upstream says of a segmentation archive.

    Parameters
    ----------
    miou
        Mean intersection over union with the ground truth, in percent.
    split
        The part of the dataset that it was measured on.
    output_stride
        The network's in that evaluation; that of the archive's graph may be another.
    multi_scale
        Whether it is over pictures of several scales, mirrored too: more than one run of the graph gives.
    size_mib
        The archive's size, in mebibytes, as upstream rounds it.
    source
        The document that says so.
    """

    miou: Annotated[float, msgspec.Meta(ge=0, le=100)]
    split: Literal["val", "test"]
    output_stride: Literal[8, 16, 32]
    source: str
    multi_scale: bool = False
    size_mib: Annotated[float, msgspec.Meta(gt=0)] | None = None


class Half(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The second file of a stylization that is published as two networks.

    Parameters
    ----------
    url, mirror, sha256, size_bytes, embedded
        As of an entry.
    """

    url: str
    mirror: str
    sha256: Hash | None = None
    size_bytes: int | None = None
    embedded: Embedded | None = None


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One source.

    Parameters
    ----------
    kind
        `frozen_graph` or `saved_model` (in a .tar.gz), or a `tflite` file.
    url
        Where upstream has it; the path of a file of your own is read from there, whatever `source` says.
    mirror
        Its path below a mirror folder or address, and below `data/embedded`.
    licence
        SPDX name.
    dataset
        What the network was trained on.
    task
        What it is for.
    part
        Of a style-transfer .tflite: which half it is.
    transfer
        The file of the transfer network, where `url` and what belongs to it are of the predict network alone.
    cut
        Role (image, logits, resized_logits, content, style, bottleneck, stylized) to the name of the tensor's node.
    labels
        File in `data/labels`, one class a line.
    crop
        The pre-processing, for segmentation.
    sha256, size_bytes
        Of upstream's file, where known: a download that differs is refused.
    published
        What upstream says of it.
    embedded
        What `data/embedded` holds of it.
    note
        What a reader of figures should know of it.
    """

    kind: Literal["frozen_graph", "saved_model", "tflite"]
    url: str
    mirror: str
    licence: str
    task: Task
    dataset: str = ""
    part: Part | None = None
    transfer: Half | None = None
    cut: dict[str, str] = {}
    labels: str | None = None
    crop: Crop | None = None
    sha256: Hash | None = None
    size_bytes: int | None = None
    published: Published | None = None
    embedded: Embedded | None = None
    note: str = ""

    def __post_init__(self) -> None:
        scheme, is_address, _ = self.url.partition("://")
        if is_address and scheme not in ("http", "https"):
            raise ValueError(f"url {self.url!r} is neither an http(s) address nor a file's path")
        if self.transfer and (self.kind == "tflite" or self.task != "stylization" or self.part):
            raise ValueError("transfer is for a stylization of two graphs: no tflite file, and without `part`")

    def halves(self) -> dict[str, "Entry"]:
        """Return an entry of each file by the folder, below the source's, that it is unpacked to."""
        if self.transfer is None:
            return {"": self}
        predict = replace(self, transfer=None)
        return {"predict": predict, "transfer": replace(predict, **asdict(self.transfer))}


Catalog = dict[Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,100}$")], Entry]


def load() -> Catalog:
    """Read and check `data/catalog.yaml`; SettingsError names what does not fit."""
    return reader.read(CATALOG, Catalog)


def entry(name: str) -> Entry:
    """Return one source of the catalogue; SettingsError with the nearest name where there is none."""
    catalog = load()
    reader.require(name, catalog, str(CATALOG), "source")
    return catalog[name]
