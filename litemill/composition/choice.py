"""Which of the built files stylize a photo: the most accurate ones, by their records."""

from collections.abc import Collection
from pathlib import Path

import msgspec
import numpy as np

from litemill.core import class_names, paths, roles, settings, store, threads
from litemill.core.catalog import Entry
from litemill.core.errors import ArtifactError
from litemill.core.judged import Validated
from litemill.core.params import Network, Params
from litemill.runtime import Model

# what tells the better of a network's files, by the part that it is
MEASURE = {None: "label_agreement", "predict": "bottleneck_cosine", "transfer": "psnr_db"}


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
        return Model(self.path, threads.CORES, roles.inputs(self.settings))

    def class_names(self) -> tuple[str, ...]:
        """Give the names of a segmentation file's classes, in its order."""
        return class_names.load(self.settings.source, self.entry)


def complete(params: Params) -> bool:
    """Tell whether there are networks for all that a composition takes."""
    return bool(params.bottleneck_from) and any(network.part is None for network in params.networks.values())


def segmentation(params: Params, wanted: Collection[str]) -> Chosen:
    """Choose the segmentation network that knows the wanted classes and is nearest to the ground truth.

    SettingsError with the nearest name where no network knows a class, ArtifactError where none is built.
    """
    chosen = [best(name) for name, network in params.networks.items() if network.part is None]
    if not chosen:
        raise ArtifactError("no segmentation network is built", remedy="add one to params.yaml: networks")
    known = {name for one in chosen for name in one.class_names()}
    for name in wanted:
        settings.require(name, known, str(paths.LABELS), "class")
    fitting = [one for one in chosen if set(wanted) <= set(one.class_names())]
    if not fitting:
        raise ArtifactError(f"no network knows all of {', '.join(wanted)}", remedy="give classes of one label file")
    return max(fitting, key=lambda one: one.truth)


def stylization(params: Params) -> tuple[Chosen, Chosen]:
    """Choose a predict and a transfer file: of the first pair of networks that feed each other."""
    for transfer, predict in params.bottleneck_from.items():
        return best(predict), best(transfer)
    raise ArtifactError("no style-transfer networks are built", remedy="name a pair in params.yaml: bottleneck_from")


def best(network: str) -> Chosen:
    """Choose a network's file nearest to the original; of equal ones the smallest."""
    known, validated = store.frozen(network), store.load(paths.record("validate", network), Validated)
    measure = MEASURE[known.settings.part]
    judged = [one for one in validated.artifacts if not one.baseline]
    if not judged:
        raise ArtifactError(f"{paths.MODELS / network}: holds no file", remedy="run: dvc repro")
    one = max(judged, key=lambda one: (one.metrics[measure], -one.size_bytes))
    path = paths.artifact(network, one.name)
    store.check(paths.record("validate", network), one.sha256, path)
    truth = float(np.mean(list(one.class_iou.values()))) if one.class_iou else 0.0
    return Chosen(network, one.name, path, known.settings, known.entry, truth)
