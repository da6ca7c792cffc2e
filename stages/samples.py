"""Make the inputs that calibrate a network and those that judge it, from disjoint sets of pictures."""

from collections.abc import Collection

import numpy as np

from litemill.graphs.load import frozen
from litemill.graphs.run import Array, runner
from litemill.ground import command, io, npz, process, project
from litemill.records import store
from litemill.records.graph import Sampled
from litemill.settings import pieces
from litemill.settings.catalog import Entry
from litemill.settings.images import Images
from litemill.settings.network import Network
from litemill.tasks import sample_names
from litemill.tasks.registry import task_of
from litemill.tasks.stylization.arrays import STYLE_SIZE, prepared, style_of


def samples(network: str) -> str:
    """Make the samples of one network."""
    images, known = pieces.read("images", Images), store.frozen(network)
    settings, entry = known.settings, known.entry
    task = task_of(settings)
    names = {kind: task.samples(images, kind) for kind in sample_names.KINDS}
    transfer = task.name == "transfer"
    paintings = {style_of(name) for each in names.values() for name in each} if transfer else set()
    said = bottlenecks(paintings, settings, entry) if paintings else {}
    for kind in sample_names.KINDS:
        arrays = task.arrays.collect(settings, entry, names[kind])
        if transfer:
            arrays["bottleneck"] = np.stack([said[style_of(name)] for name in names[kind]])
        npz.write(project.samples(network, kind), arrays)
    sha256 = io.sha256(project.samples(network, "evaluation"))
    record = Sampled(network, names["calibration"], names["evaluation"], sha256, task.truth(images))
    store.save(project.record("samples", network), record)
    return f"{network}: {len(record.calibration)} to calibrate, {len(record.evaluation)} to judge"


def bottlenecks(paintings: Collection[str], settings: Network, entry: Entry) -> dict[str, Array]:
    """Return what the original's own predict network says to each painting."""
    run = runner(frozen(project.source(settings.source), entry))
    style, bottleneck = entry.cut["style"], entry.cut["bottleneck"]

    def said(name: str) -> Array:
        return np.asarray(run({style: prepared(name, STYLE_SIZE)[None]}, [bottleneck])[0][0])

    ordered = sorted(paintings)
    return dict(zip(ordered, process.each(said, ordered), strict=True))


if __name__ == "__main__":
    command.run(samples)
