"""TFLite files held against the original model, by task: figures over all pictures and a picture."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from litemill.ground import project
from litemill.ground.errors import RecordError
from litemill.ground.npz import Arrays
from litemill.records import store
from litemill.settings import label_names
from litemill.settings.catalog import Entry
from litemill.settings.network import Network
from litemill.tasks import images, roles, sampling, segmentation, stylization
from litemill.tasks.images import Floats, Pixels

Figures = dict[str, float]
NOT_JUDGED = 255


class Runs(Protocol):
    """What judges need of a file: `litemill.runtime.Model` here, or the same elsewhere."""

    def size(self, role: str) -> tuple[int, int]:
        """Return height and width of an input."""

    def run(self, values: Mapping[str, npt.NDArray[Any]]) -> Floats:
        """Return the output for inputs by role, without the batch axis."""


class Judgement(msgspec.Struct, frozen=True):
    """What a file says, and how near that is to the original.

    Parameters
    ----------
    metrics, pictures, class_iou
        Figures over all evaluation pictures, a picture, and by class of the ground truth.
    outputs
        By picture: labels uint8 [h, w] at its own size, a stylized picture uint8 [h, w, 3], or a bottleneck.
    """

    metrics: Figures
    pictures: dict[str, Figures]
    outputs: tuple[npt.NDArray[np.generic], ...]
    class_iou: Figures = {}


class Case(msgspec.Struct, frozen=True):
    """What files of one network are judged by.

    Parameters
    ----------
    settings, entry, truth
        The network, its source, and the ground truth of its evaluation pictures, below `data/images`.
    names, inputs
        The evaluation samples: names, and arrays by role.
    reference
        What the original says to them.
    class_names
        Of a segmentation network.
    """

    settings: Network
    entry: Entry
    truth: dict[str, str]
    names: tuple[str, ...]
    inputs: Arrays
    reference: Arrays
    class_names: tuple[str, ...] = ()


def case_of(network: str) -> Case:
    """Gather what a network's files are judged by."""
    known = store.frozen(network)
    sampled, inputs = store.sampled(network)
    return Case(
        settings=known.settings,
        entry=known.entry,
        truth=sampled.truth,
        names=sampled.evaluation,
        inputs=inputs,
        reference=store.referenced(network),
        class_names=label_names.load(known.settings.source, known.entry) if known.settings.part is None else (),
    )


def judge(model: Runs, case: Case) -> Judgement:
    """Run a file on the evaluation samples and hold what it gives against the original."""
    outputs = [model.run(sample) for sample in _samples(model, case)]
    if case.settings.part is None:
        return _segmentation(outputs, model.size("image"), case)
    role = roles.output(case.settings)
    each = stylization.judge_bottleneck if role == "bottleneck" else stylization.judge_picture
    pairs = zip(outputs, case.reference[role], strict=True)
    figures = {name: each(*pair) for name, pair in zip(case.names, pairs, strict=True)}
    shown = outputs if role == "bottleneck" else [stylization.shown(output) for output in outputs]
    return Judgement(summary(figures.values()), figures, tuple(shown))


def original(case: Case) -> Figures:
    """Return the original's own IoU with the ground truth by class."""
    labels = [case.reference[f"labels_{index:03}"].astype(np.uint8) for index in range(len(case.names))]
    return _truth_iou(labels, case)


def summary(figures: Iterable[Figures]) -> Figures:
    """Take the mean of each figure over the pictures, and its worst where the mean hides it."""
    each = list(figures)
    means = {name: float(np.mean([one[name] for one in each])) for name in each[0]}
    worst = {
        f"{name}_min": float(min(one[name] for one in each))
        for name in ("psnr_db", "bottleneck_cosine")
        if name in means
    }
    largest = {name: float(max(one[name] for one in each)) for name in means if name.endswith("max_error")}
    return means | worst | largest


def _samples(model: Runs, case: Case) -> list[Arrays]:
    """Return the samples one by one, made anew where the file's input has another size than the network's."""
    first = roles.inputs(case.settings)[0]
    arrays = case.inputs
    if model.size(first) != case.settings.input:
        resized = msgspec.structs.replace(case.settings, input=model.size(first))
        arrays = case.inputs | sampling.collect(resized, case.entry, case.names)
    return [{role: arrays[role][index] for role in roles.inputs(case.settings)} for index in range(len(case.names))]


def _segmentation(outputs: list[Floats], crop: tuple[int, int], case: Case) -> Judgement:
    """Judge labels at each picture's own size, and logits where the cut is the original's."""
    classes = len(case.class_names)
    label_names.require(case.settings.source, case.entry, case.class_names, outputs[0].shape[-1])
    way = sampling.crop_of(case.entry)
    originals = [case.reference[f"labels_{index:03}"].astype(np.uint8) for index in range(len(outputs))]

    found = [
        segmentation.labels(output, crop, (labels.shape[0], labels.shape[1]), way)
        for output, labels in zip(outputs, originals, strict=True)
    ]
    pairs = list(zip(found, originals, strict=True))
    metrics = segmentation.judge_all(pairs, classes)
    logits = case.reference[roles.output(case.settings)]
    if outputs[0].shape == logits.shape[1:]:
        metrics |= segmentation.judge_logits(np.stack(outputs), logits.astype(np.float32))
    each = {name: segmentation.judge(*pair, classes) for name, pair in zip(case.names, pairs, strict=True)}
    return Judgement(metrics, each, tuple(found), _truth_iou(found, case))


def _truth_iou(found: Sequence[Pixels], case: Case) -> Figures:
    """Hold labels against the ground truth, where there is some, all its pictures together."""
    known = {name: project.IMAGES / truth for name, truth in case.truth.items()}
    pairs = [
        (labels, images.read_labels(known[name]))
        for name, labels in zip(case.names, found, strict=True)
        if name in known
    ]
    for labels, truth in pairs:
        if labels.shape != truth.shape:
            raise RecordError(
                "a ground truth has another size than its picture",
                expected=labels.shape,
                got=truth.shape,
                remedy="see params.yaml: images.segmentation.truth",
            )
        unknown = sorted(set(np.unique(truth).tolist()) - {*range(len(case.class_names)), NOT_JUDGED})
        if unknown:
            raise RecordError(
                "a ground truth holds classes that the labels do not name",
                expected=f"0 to {len(case.class_names) - 1}, or {NOT_JUDGED} for what is not judged",
                got=", ".join(map(str, unknown)),
                remedy="see params.yaml: images.segmentation.truth",
            )
    return segmentation.truth_iou(pairs, case.class_names) if pairs else {}
