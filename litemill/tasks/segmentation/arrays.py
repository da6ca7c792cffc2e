"""Segmentation in arrays: what enters a network, and its labels held against the original's and the truth."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from litemill.ground import project
from litemill.ground.errors import RecordError, SettingsError
from litemill.ground.npz import Arrays
from litemill.settings import label_names
from litemill.settings.catalog import Crop, Entry
from litemill.settings.network import Network
from litemill.tasks import images
from litemill.tasks.case import Case, Figures, Judgement
from litemill.tasks.images import Floats, Pixels
from litemill.tasks.segmentation import pixels

NOT_JUDGED = 255


def crop_of(entry: Entry) -> Crop:
    """Return the pre-processing of a segmentation source; SettingsError where the catalogue has none."""
    if entry.crop is None:
        raise SettingsError(
            f"{project.CATALOG}: a segmentation source without a crop", remedy="add crop: {size: [h, w]}"
        )
    return entry.crop


class SegmentationArrays:
    """The array half of segmentation."""

    def collect(self, network: Network, entry: Entry, samples: Sequence[str]) -> Arrays:
        """Return pictures made to fit, padded and scaled, [n, height, width, 3]."""
        crop = crop_of(entry)
        photos = (images.read(project.IMAGES / name) for name in samples)
        return {"image": np.stack([pixels.prepare(photo, crop, network.input) for photo in photos])}

    def judge(self, outputs: Sequence[Floats], size: tuple[int, int], case: Case) -> Judgement:
        """Judge labels at each picture's own size, and logits where the cut is the original's."""
        classes = len(case.class_names)
        label_names.require(case.settings.source, case.entry, case.class_names, outputs[0].shape[-1])
        crop = crop_of(case.entry)
        originals = self.originals(case.reference, len(outputs))
        found = [
            pixels.labels(output, size, (labels.shape[0], labels.shape[1]), crop)
            for output, labels in zip(outputs, originals, strict=True)
        ]
        pairs = list(zip(found, originals, strict=True))
        metrics = pixels.judge_all(pairs, classes)
        logits = case.reference[case.settings.output]
        if outputs[0].shape == logits.shape[1:]:
            metrics |= pixels.judge_logits(np.stack(outputs), logits.astype(np.float32))
        each = {name: pixels.judge(*pair, classes) for name, pair in zip(case.names, pairs, strict=True)}
        return Judgement(metrics, each, tuple(found), _truth_iou(found, case))

    def originals(self, reference: Arrays, count: int) -> list[npt.NDArray[Any]]:
        """Return the original's labels, each of its picture's size."""
        return [reference[key(index)].astype(np.uint8) for index in range(count)]

    def truth(self, case: Case) -> Figures:
        """Return the original's own IoU with the ground truth by class."""
        return _truth_iou(self.originals(case.reference, len(case.names)), case)


def key(index: int) -> str:
    """Return the name of a sample's labels in a reference: pictures have sizes of their own, so each is an array."""
    return f"labels_{index:03}"


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
    return pixels.truth_iou(pairs, case.class_names) if pairs else {}


ARRAYS = SegmentationArrays()
