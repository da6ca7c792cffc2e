"""Make the inputs that calibrate a network and those that judge it, from disjoint sets of pictures."""

import numpy as np

from litemill.core import files, paths, stage, store
from litemill.core import params as parameters
from litemill.core.catalog import Entry
from litemill.core.files import Arrays
from litemill.core.params import Network
from litemill.core.records import Sampled
from litemill.graphs.load import frozen
from litemill.graphs.run import runner
from litemill.tasks import sampling


def samples(network: str) -> str:
    """Make the samples of one network."""
    images, known = parameters.load().images, store.frozen(network)
    settings, entry = known.settings, known.entry
    names = {kind: sampling.names(settings, images, kind) for kind in sampling.KINDS}
    for kind in sampling.KINDS:
        arrays = sampling.collect(settings, entry, names[kind])
        if settings.part == "transfer":
            add_bottlenecks(arrays, settings, entry)
        files.write_arrays(paths.samples(network, kind), arrays)
    hashes = {kind: files.sha256(paths.samples(network, kind)) for kind in sampling.KINDS}
    truth = images.segmentation.truth if settings.part is None else {}
    record = Sampled(
        network, names["calibration"], names["evaluation"], hashes["calibration"], hashes["evaluation"], truth
    )
    store.save(paths.record("samples", network), record)
    return f"{network}: {len(record.calibration)} to calibrate, {len(record.evaluation)} to judge"


def add_bottlenecks(arrays: Arrays, settings: Network, entry: Entry) -> None:
    """Add what the original's own predict network says to each sample's style, asked once a painting."""
    run = runner(frozen(paths.source(settings.source), entry))
    style, bottleneck = entry.cut["style"], entry.cut["bottleneck"]
    paintings, places = np.unique(arrays["style"], axis=0, return_inverse=True)
    said = np.stack([run({style: painting[None]}, [bottleneck])[0][0] for painting in paintings])
    arrays["bottleneck"] = said[places]


if __name__ == "__main__":
    stage.run(samples)
