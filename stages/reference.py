"""Ask the original model, whole and in TensorFlow, what it says to the evaluation pictures."""

import numpy as np
from msgspec.structs import asdict
from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.graphs.load import frozen
from litemill.graphs.original import original
from litemill.graphs.run import Array, runner
from litemill.ground import command, io, npz, process, project
from litemill.ground.npz import Arrays
from litemill.records import store
from litemill.records.graph import Frozen, Referenced
from litemill.rewrites.proof import prove, results
from litemill.settings.catalog import Entry
from litemill.settings.network import Network
from litemill.tasks import images, metrics
from litemill.tasks.images import Pixels
from litemill.tasks.registry import task_of
from litemill.tasks.segmentation import pixels as segmentation
from litemill.tasks.segmentation.arrays import key

PROOF_SAMPLES = 3  # one sample shows a wrong rewrite; a few show what its rounding costs


def reference(network: str) -> str:
    """Run the original of one network."""
    known = store.frozen(network)
    settings, entry = known.settings, known.entry
    sampled, inputs = store.sampled(network)
    if settings.part is None:
        arrays, error = segmented(settings, entry, sampled.evaluation, inputs)
    else:
        arrays, error = stylized(settings, entry, inputs), None
    npz.write(project.reference(network), arrays)
    proof = proven(network, known, inputs) if known.rewrites else {}
    record = Referenced(network, io.sha256(project.reference(network)), error, proof)
    store.save(project.record("reference", network), record)
    difference = "" if error is None else f", our input to the network differs by {error:.2g} at most"
    difference += f", the rewritten graph is {proof['psnr_db']:.4g} dB from the original's" if proof else ""
    return f"{network}: what the original says to {len(sampled.evaluation)} samples{difference}"


def proven(network: str, known: Frozen, inputs: Arrays) -> dict[str, float]:
    """Hold a network's rewritten graph against the unrewritten one, on the first evaluation samples."""
    taken = {tensor.name: inputs[tensor.role][:PROOF_SAMPLES] for tensor in known.inputs}
    got, wanted = (
        results(GraphDef.FromString(path.read_bytes()), known.output.name, taken)
        for path in (project.graph(network), project.unrewritten(network))
    )
    return {name: float(value) for name, value in asdict(prove(got, wanted)).items()}


def segmented(settings: Network, entry: Entry, names: tuple[str, ...], inputs: Arrays) -> tuple[Arrays, float | None]:
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


def stylized(settings: Network, entry: Entry, inputs: Arrays) -> Arrays:
    """Return the style bottlenecks [n, 1, 1, 100], or the pictures of the original's own call."""
    folder, cut = project.source(settings.source), entry.cut
    if settings.part == "predict":
        run = runner(frozen(folder, entry))
        said = process.each(lambda style: run({cut["style"]: style[None]}, [cut["bottleneck"]])[0][0], inputs["style"])
        return {"bottleneck": np.stack(said)}
    stylize = original(folder, entry)
    pairs = zip(inputs["content"], inputs["style"], strict=True)
    feeds = ({cut["content"]: content[None], cut["style"]: style[None]} for content, style in pairs)
    return {"stylized": np.stack([stylize(feed)[0] for feed in feeds])}


if __name__ == "__main__":
    command.run(reference)
