"""What the original model, whole, says to the samples of a network, by the network's task."""

from collections.abc import Callable

import numpy as np

from litemill.graphs.load import frozen
from litemill.graphs.original import original
from litemill.graphs.run import Array, runner
from litemill.ground import process, project
from litemill.ground.npz import Arrays
from litemill.settings.catalog import Entry
from litemill.settings.network import Network
from litemill.tasks import images, metrics
from litemill.tasks.images import Pixels
from litemill.tasks.registry import task_of
from litemill.tasks.segmentation import pixels as segmentation
from litemill.tasks.segmentation.arrays import key

# the answers by name, and the largest error of our inputs where the original shows its own
Said = tuple[Arrays, float | None]


def answers(settings: Network, entry: Entry, names: tuple[str, ...], inputs: Arrays) -> Said:
    """Ask the original; `inputs` are those of the network to the samples `names`, by role."""
    return ORIGINALS[settings.task](settings, entry, names, inputs)


def _segmentation(settings: Network, entry: Entry, names: tuple[str, ...], inputs: Arrays) -> Said:
    """Return labels [h, w] a picture, the logits at the cut [n, h, w, classes], and the largest error of our inputs."""
    run, cut = runner(frozen(project.source(settings.source), entry)), entry.cut
    role = task_of(settings).output(settings)
    fetched = [cut["image"], cut[role], cut.get("labels", cut[role])]

    def said(name: str) -> tuple[Pixels, list[Array]]:
        pixels = images.read(project.IMAGES / name)
        return pixels, run({cut["picture"]: pixels[None]}, fetched)

    arrays: Arrays = {}
    logits, errors = [], []
    for index, (pixels, (image, values, last)) in enumerate(process.each(said, names)):
        found = last[0]
        if "labels" not in cut:  # a graph that ends in logits leaves the labels to us
            found = segmentation.labels(last[0], image.shape[1:3], pixels.shape[:2], entry.crop)
        arrays[key(index)] = found.astype(np.uint8)
        logits.append(values[0])
        if image.shape[1:3] == settings.input:
            errors.append(metrics.max_error(inputs["image"][index], image[0]))
    return arrays | {role: np.stack(logits)}, max(errors, default=None)


def _predict(settings: Network, entry: Entry, names: tuple[str, ...], inputs: Arrays) -> Said:  # noqa: ARG001
    """Return the style bottlenecks [n, 1, 1, 100]."""
    run, cut = runner(frozen(project.source(settings.source), entry)), entry.cut
    said = process.each(lambda style: run({cut["style"]: style[None]}, [cut["bottleneck"]])[0][0], inputs["style"])
    return {"bottleneck": np.stack(said)}, None


def _transfer(settings: Network, entry: Entry, names: tuple[str, ...], inputs: Arrays) -> Said:  # noqa: ARG001
    """Return the pictures of the original's own call."""
    stylize, cut = original(project.source(settings.source), entry), entry.cut
    pairs = zip(inputs["content"], inputs["style"], strict=True)
    feeds = ({cut["content"]: content[None], cut["style"]: style[None]} for content, style in pairs)
    return {"stylized": np.stack([stylize(feed)[0] for feed in feeds])}, None


ORIGINALS: dict[str, Callable[[Network, Entry, tuple[str, ...], Arrays], Said]] = {
    "segmentation": _segmentation,
    "predict": _predict,
    "transfer": _transfer,
}
