"""What the original and the files of a network say to a few of its evaluation samples."""

import os
from collections.abc import Sequence

import msgspec

from litemill.core import files, paths, roles, store
from litemill.core.files import Arrays
from litemill.core.records import Referenced
from litemill.report import measures
from litemill.report.results import Section
from litemill.runtime import Model
from litemill.tasks.pictures import Floats


class Evidence(msgspec.Struct, frozen=True):
    """Samples and the original's answers, all of them, as their stages wrote them."""

    section: Section
    samples: Arrays
    reference: Arrays

    def outputs(self, chosen: Sequence[int]) -> dict[str, list[Floats]]:
        """Run each of our files on the chosen samples."""
        names = roles.inputs(self.section.settings)
        found = {}
        for one in self.section.ours:
            model = Model(one.path, os.cpu_count() or 1, names)
            feeds = ({role: self.samples[role][index] for role in names} for index in chosen)
            found[one.name] = [model.run(feed) for feed in feeds]
        return found

    def captions(self, sample: str) -> dict[str, str]:
        """Say, by file, how near its answer to a sample is to the original's."""
        return {one.name: measures.sentence(one.judged.pictures[sample]) for one in self.section.ours}

    @property
    def failing(self) -> frozenset[str]:
        """The files outside their tolerance."""
        return frozenset(one.name for one in self.section.ours if one.failing)


def load(section: Section) -> Evidence:
    """Read a network's evidence; RecordError where a file is another than its record's."""
    samples, reference = paths.samples(section.name, "evaluation"), paths.reference(section.name)
    store.check(paths.record("samples", section.name), section.sampled.evaluation_sha256, samples)
    path = paths.record("reference", section.name)
    store.check(path, store.load(path, Referenced).sha256, reference)
    return Evidence(section, files.read_arrays(samples), files.read_arrays(reference))
