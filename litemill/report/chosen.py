"""Which evaluation samples of a network are shown: enough to see, few enough to be looked at."""

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from litemill.report import measures
from litemill.report.results import Section

MOST_PICTURES, MOST_PAIRS = 4, 3


def chosen(section: Section, originals: Sequence[npt.NDArray[Any]], *, few: bool = False) -> list[int]:
    """Choose samples that show what a network does, and those that its files do worst on; these alone if `few`."""
    names = section.sampled.evaluation
    shown = varied(names) if section.settings.part == "transfer" else telling(originals)
    worst = (names.index(measures.worst(one.judged.pictures)) for one in section.ours)
    return sorted(set(worst) if few else {*shown, *worst})


def telling(originals: Sequence[npt.NDArray[Any]]) -> list[int]:
    """Choose pictures: first those in which the original finds something, otherwise in their order."""
    first = sorted(range(len(originals)), key=lambda index: not originals[index].any())
    return sorted(first[:MOST_PICTURES])


def varied(samples: Sequence[str]) -> list[int]:
    """Choose pairs, named `content + style`: each content once, with the style taken least so far."""
    pairs = [name.split(" + ") for name in samples]
    taken = dict.fromkeys((style for _, style in pairs), 0)
    chosen = []
    for content in list(dict.fromkeys(content for content, _ in pairs))[:MOST_PAIRS]:
        with_it = [index for index, pair in enumerate(pairs) if pair[0] == content]
        index = min(with_it, key=lambda one: taken[pairs[one][1]])
        taken[pairs[index][1]] += 1
        chosen.append(index)
    return chosen
