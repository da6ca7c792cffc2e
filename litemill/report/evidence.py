"""What the original and the files of a network say to a few of its evaluation samples."""

from collections.abc import Sequence

import msgspec
import numpy as np

from litemill.core import files, paths, store
from litemill.core.files import Arrays
from litemill.core.records import Referenced
from litemill.report import measures
from litemill.report.results import Section
from litemill.tasks.pictures import Pixels


class Evidence(msgspec.Struct, frozen=True):
    """Samples, the original's answers and the files', all of them, as their stages wrote them."""

    section: Section
    samples: Arrays
    reference: Arrays
    answers: Arrays

    def outputs(self, chosen: Sequence[int]) -> dict[str, list[Pixels]]:
        """Give what each of our files says to the chosen samples: labels [h, w], or pictures [h, w, 3]."""
        return {one.name: [self.said(one.name, index) for index in chosen] for one in self.section.ours}

    def said(self, name: str, index: int) -> Pixels:
        """Give what a file says to a sample."""
        return self.answers[f"{name}_{index:03}"].astype(np.uint8)

    def captions(self, sample: str) -> dict[str, str]:
        """Say, by file, how near its answer to a sample is to the original's."""
        return {one.name: measures.sentence(one.judged.pictures[sample]) for one in self.section.ours}

    @property
    def failing(self) -> frozenset[str]:
        """The files outside their tolerance."""
        return frozenset(one.name for one in self.section.ours if one.failing)


def load(section: Section) -> Evidence:
    """Read a network's evidence; RecordError where a file is another than its record's."""
    referenced = store.load(paths.record("reference", section.name), Referenced)
    known = {
        "samples": (paths.samples(section.name, "evaluation"), section.sampled.evaluation_sha256),
        "reference": (paths.reference(section.name), referenced.sha256),
        "validate": (paths.outputs(section.name), section.validated.outputs_sha256),
    }
    for stage, (path, sha256) in known.items():
        store.check(paths.record(stage, section.name), sha256, path)
    return Evidence(section, *(files.read_arrays(path) for path, _ in known.values()))
