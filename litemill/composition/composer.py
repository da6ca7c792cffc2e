"""A photo stylized but for some classes, or in these alone; the files that do it; how it is shown."""

from collections.abc import Collection
from io import BytesIO
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image

from litemill.composition import matte, painting
from litemill.ground import process, project
from litemill.ground.errors import ArtifactError, PictureError
from litemill.records import store
from litemill.records.accuracy import Validated
from litemill.runtime import Model
from litemill.settings import label_names, reader
from litemill.settings.build import Build
from litemill.settings.catalog import Entry
from litemill.settings.gallery import Composition
from litemill.settings.network import Network
from litemill.tasks import images
from litemill.tasks.images import Floats, Pixels
from litemill.tasks.registry import task_of
from litemill.tasks.segmentation.arrays import crop_of


class Chosen(msgspec.Struct, frozen=True):
    """A TFLite file, its network and recipe, and what is known of the network.

    `truth` is the file's mean IoU with the ground truth, 0 where there is none.
    """

    network: str
    recipe: str
    path: Path
    settings: Network
    entry: Entry
    truth: float

    def load(self) -> Model:
        """Load the file."""
        return Model(self.path, process.CORES, task_of(self.settings).inputs)

    def class_names(self) -> tuple[str, ...]:
        """Return the names of a segmentation file's classes, in its order."""
        return label_names.load(self.settings.source, self.entry)


def complete(params: Build) -> bool:
    """Tell whether there are networks for all that a composition takes."""
    return bool(params.bottleneck_from) and any(map(_classifies, params.networks.values()))


def _classifies(network: Network) -> bool:
    """Tell whether a network gives each pixel a class."""
    return task_of(network).answer == "labels"


def segmentation(params: Build, wanted: Collection[str]) -> Chosen:
    """Choose the segmentation network that knows the wanted classes and is nearest to the ground truth.

    SettingsError with the nearest name where no network knows a class, ArtifactError where none is built.
    """
    chosen = [best(name) for name, network in params.networks.items() if _classifies(network)]
    if not chosen:
        raise ArtifactError("no segmentation network is built", remedy="add one to params.yaml: networks")
    known = {name for one in chosen for name in one.class_names()}
    for name in wanted:
        reader.require(name, known, str(project.LABELS), "class")
    fitting = [one for one in chosen if set(wanted) <= set(one.class_names())]
    if not fitting:
        raise ArtifactError(f"no network knows all of {', '.join(wanted)}", remedy="give classes of one label file")
    return max(fitting, key=lambda one: one.truth)


def stylization(params: Build) -> tuple[Chosen, Chosen]:
    """Choose a predict and a transfer file: of the first pair of networks that feed each other."""
    for transfer, predict in params.bottleneck_from.items():
        return best(predict), best(transfer)
    raise ArtifactError("no style-transfer networks are built", remedy="name a pair in params.yaml: bottleneck_from")


def best(network: str) -> Chosen:
    """Choose a network's file nearest to the original; of equal ones the smallest."""
    known, validated = store.frozen(network), store.load(project.record("validate", network), Validated)
    measure = task_of(known.settings).figures[0]
    judged = [one for one in validated.artifacts if not one.baseline]
    if not judged:
        raise ArtifactError(f"{project.MODELS / network}: holds no file", remedy="run: dvc repro")
    one = max(judged, key=lambda one: (one.metrics[measure], -one.size_bytes))
    path = project.artifact(network, one.name)
    store.check(project.record("validate", network), one.sha256, path)
    truth = float(np.mean(list(one.class_iou.values()))) if one.class_iou else 0.0
    return Chosen(network, one.name, path, known.settings, known.entry, truth)


class Composed(msgspec.Struct, frozen=True):
    """What came of a composition.

    Parameters
    ----------
    pixels
        uint8 [h, w, 3], of the photo's own size.
    absent
        Of the wanted classes, those that were not found in the photo.
    files
        What made it.
    """

    pixels: Pixels
    absent: tuple[str, ...]
    files: tuple[Chosen, ...]


def compose(wanted: Composition, params: Build, folder: Path = Path()) -> Composed:
    """Stylize a photo as `wanted` says, with the best files of the networks in `params`.

    Parameters
    ----------
    wanted
        Its pictures are below `folder`.

    Raises
    ------
    PictureError
        A picture can't be read, or the photo holds none of the classes.
    SettingsError
        No network knows a class.
    """
    photo, style = (images.read(folder / name) for name in (wanted.photo, wanted.style))
    predict, transfer = stylization(params)
    if not wanted.classes:
        painted = painting.painted(predict.load(), transfer.load(), photo, style)
        return Composed(matte.blend(photo, painted, None, keep=False), (), (predict, transfer))
    segmenter = segmentation(params, wanted.classes)
    fitted, absent = _matte(segmenter, photo, wanted)
    painted = painting.painted(predict.load(), transfer.load(), photo, style)
    whole = matte.blend(photo, painted, fitted, keep=bool(wanted.keep))
    return Composed(whole, absent, (segmenter, predict, transfer))


def _matte(chosen: Chosen, photo: Pixels, wanted: Composition) -> tuple[Floats, tuple[str, ...]]:
    """Fit the share of the wanted classes, and name those that are absent; PictureError where all are."""
    names = chosen.class_names()
    seen = matte.see(chosen.load(), photo, crop_of(chosen.entry))
    found = [names[one] for one in seen.classes()]
    absent = tuple(name for name in wanted.classes if name not in found)
    if len(absent) == len(wanted.classes):
        raise PictureError(
            f"{wanted.photo}: holds no {' and no '.join(absent)}",
            got=", ".join(found),
            remedy="name one of these classes, or take another photo",
        )
    return matte.fit(seen, [names.index(name) for name in wanted.classes]), absent


HEIGHT, GAP = 288, 6  # pixels


PAPER = (255, 255, 255)


QUALITY = 82  # of JPEG: a seventh of a PNG's bytes for what is a photo in part


def draw(photo: Pixels, style: Pixels, composed: Pixels) -> bytes:
    """Lay the three out, [h, w, 3] each, as JPEG; the same pictures give the same bytes."""
    small = (HEIGHT - GAP) // 2
    above, below, main = _high(photo, small), _high(style, small), _high(composed, HEIGHT)
    column = max(above.width, below.width)
    whole = Image.new("RGB", (column + GAP + main.width, HEIGHT), PAPER)
    whole.paste(above, ((column - above.width) // 2, 0))
    whole.paste(below, ((column - below.width) // 2, HEIGHT - small))
    whole.paste(main, (column + GAP, 0))
    stream = BytesIO()
    whole.save(stream, format="JPEG", quality=QUALITY, optimize=True)
    return stream.getvalue()


def _high(pixels: Pixels, height: int) -> Image.Image:
    """Return a picture at a height, its shape kept."""
    width = max(1, round(pixels.shape[1] * height / pixels.shape[0]))
    return Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS)
