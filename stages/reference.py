"""Ask the original model, whole and in TensorFlow, what it says to the evaluation pictures."""

import numpy as np

from litemill.core import files, paths, records, roles, stage
from litemill.core.catalog import Entry
from litemill.core.files import Arrays
from litemill.core.params import Network
from litemill.core.records import Referenced
from litemill.graphs.load import call, frozen, model
from litemill.graphs.run import runner
from litemill.tasks import metrics, pictures, segmentation


def reference(network: str) -> str:
    """Run the original of one network."""
    known = records.frozen(network)
    settings, entry = known.settings, known.entry
    sampled, inputs = records.sampled(network)
    if settings.part is None:
        arrays, error = segmented(settings, entry, sampled.evaluation, inputs)
    else:
        arrays, error = stylized(settings, entry, inputs), None
    files.write_arrays(paths.reference(network), arrays)
    records.save(paths.record("reference", network), Referenced(network, files.sha256(paths.reference(network)), error))
    difference = "" if error is None else f", our input to the network differs by {error:.2g} at most"
    return f"{network}: what the original says to {len(sampled.evaluation)} samples{difference}"


def segmented(settings: Network, entry: Entry, names: tuple[str, ...], inputs: Arrays) -> tuple[Arrays, float | None]:
    """Give labels [h, w] a picture, the logits at the cut [n, h, w, classes], and the largest error of our inputs."""
    run, cut, role = runner(frozen(paths.source(settings.source), entry)), entry.cut, roles.output(settings)
    arrays: Arrays = {}
    logits, errors = [], []
    for index, name in enumerate(names):
        pixels = pictures.read(paths.IMAGES / name)
        image, values, last = run(
            {cut["picture"]: pixels[None]}, [cut["image"], cut[role], cut.get("labels", cut[role])]
        )
        found = last[0]
        if "labels" not in cut:  # a graph that ends in logits leaves the labels to us
            found = segmentation.labels(last[0], image.shape[1:3], pixels.shape[:2], entry.crop)
        arrays[f"labels_{index:03}"] = found.astype(np.uint8)
        logits.append(values[0])
        if image.shape[1:3] == settings.input:
            errors.append(metrics.max_error(inputs["image"][index], image[0]))
    return arrays | {role: np.stack(logits)}, max(errors, default=None)


def stylized(settings: Network, entry: Entry, inputs: Arrays) -> Arrays:
    """Give the style bottlenecks [n, 1, 1, 100], or the pictures of the SavedModel's own call."""
    folder, cut = paths.source(settings.source), entry.cut
    if settings.part == "predict":
        run = runner(frozen(folder, entry))
        bottlenecks = [run({cut["style"]: style[None]}, [cut["bottleneck"]])[0][0] for style in inputs["style"]]
        return {"bottleneck": np.stack(bottlenecks)}
    loaded = model(folder / "saved_model")
    pairs = zip(inputs["content"], inputs["style"], strict=True)
    feeds = ({cut["content"]: content[None], cut["style"]: style[None]} for content, style in pairs)
    return {"stylized": np.stack([call(loaded, feed)[0] for feed in feeds])}


if __name__ == "__main__":
    stage.run(reference)
