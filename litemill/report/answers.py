"""The original's and each file's answers to a few evaluation samples, as pictures to look at."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from litemill import figures
from litemill.analysis.results import Result, Section
from litemill.ground import npz, project
from litemill.ground.npz import Arrays
from litemill.records import store
from litemill.render.grid import fitted
from litemill.tasks import sample_names
from litemill.tasks.images import Pixels, resize, resize_nearest
from litemill.tasks.registry import task_of
from litemill.tasks.stylization import pixels as stylization

# pixels of a picture's longer side
SIDE = 400


Answers = dict[str, Pixels]


class Evidence(msgspec.Struct, frozen=True):
    """Answers by sample: the original's, and each file's; labels [h, w] or stylized pictures [h, w, 3], uint8."""

    section: Section
    original: Answers
    found: dict[str, Answers]

    def caption(self, one: Result, sample: str) -> str:
        """Say how near a file's answer to a sample is to the original's."""
        return figures.sentence(one.judged.pictures[sample])

    @property
    def failing(self) -> frozenset[str]:
        """The files outside their tolerance."""
        return frozenset(one.name for one in self.section.ours if one.failing)


def load(section: Section, side: int = SIDE, *, few: bool = False) -> Evidence:
    """Read a network's answers to some samples, or to `few`, shrunk to `side` pixels.

    RecordError where a file is another than its record's.
    """
    reference = _read("reference", section, section.referenced.sha256)
    outputs = _read("validate", section, section.validated.outputs_sha256)
    names = section.sampled.evaluation
    originals = task_of(section.settings).arrays.originals(reference, len(names))
    shown = chosen(section, originals, few=few)
    original = {names[index]: shrunk(originals[index], side) for index in shown}
    found = {
        one.name: {names[index]: shrunk(outputs[f"{one.name}_{index:03}"], side) for index in shown}
        for one in section.ours
    }
    return Evidence(section, original, found)


def shrunk(answer: npt.NDArray[Any], side: int) -> Pixels:
    """Shrink labels [h, w], or a picture [h, w, 3], uint8 or in [0, 1], to a longer side of at most `side` pixels."""
    height, width = fitted((answer.shape[0], answer.shape[1]), side)
    if answer.ndim == 2:  # noqa: PLR2004  labels, which can't be blended
        return resize_nearest(answer, height, width, "half_pixel").astype(np.uint8)
    pixels = answer if answer.dtype == np.uint8 else stylization.shown(answer.astype(np.float32))
    return resize(pixels.astype(np.uint8), height, width)


def _read(stage: str, section: Section, sha256: str) -> Arrays:
    """Read what a stage left beside its record."""
    path = project.reference(section.name) if stage == "reference" else project.outputs(section.name)
    store.check(project.record(stage, section.name), sha256, path)
    return npz.read(path)


MOST_PICTURES, MOST_PAIRS = 4, 3


def chosen(section: Section, originals: Sequence[npt.NDArray[Any]], *, few: bool = False) -> list[int]:
    """Choose samples that show what a network does, and those that its files do worst on; these alone if `few`."""
    names = section.sampled.evaluation
    shown = varied(names) if len(task_of(section.settings).pictures) > 1 else telling(originals)
    worst = (names.index(figures.worst(one.judged.pictures)) for one in section.ours)
    return sorted(set(worst) if few else {*shown, *worst})


def telling(originals: Sequence[npt.NDArray[Any]]) -> list[int]:
    """Choose pictures: first those in which the original finds something, otherwise in their order."""
    first = sorted(range(len(originals)), key=lambda index: not originals[index].any())
    return sorted(first[:MOST_PICTURES])


def varied(samples: Sequence[str]) -> list[int]:
    """Choose pairs of content and style: each content once, with the style taken least so far."""
    pairs = [sample_names.pictures(name) for name in samples]
    taken = dict.fromkeys((style for _, style in pairs), 0)
    chosen = []
    for content in list(dict.fromkeys(content for content, _ in pairs))[:MOST_PAIRS]:
        with_it = [index for index, pair in enumerate(pairs) if pair[0] == content]
        index = min(with_it, key=lambda one: taken[pairs[one][1]])
        taken[pairs[index][1]] += 1
        chosen.append(index)
    return chosen
