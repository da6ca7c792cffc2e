"""What was taken on devices of the files at hand."""

from collections.abc import Iterator

import msgspec

from litemill.analysis.results import Results, Section
from litemill.records.device import Figure


class DeviceFigure(msgspec.Struct, frozen=True):
    """A figure of a target, and whether it is of another file, configuration or tool than today's."""

    target: str
    network: str
    figure: Figure
    stale: bool


def current(results: Results, section: Section) -> Iterator[DeviceFigure]:
    """Return what is recorded of a network's files at hand, in the configurations of today."""
    at_hand = {result.name: result for result in section.results}
    for name, target in results.params.targets.items():
        record = results.phoned[name].get(section.name)
        today = {one.label: one for one in target.configurations}
        for figure in record.figures if record else ():
            way = today.get(figure.configuration.label)
            if figure.artifact in at_hand and way is not None:
                artifact = (section.name, figure.artifact, at_hand[figure.artifact].judged.sha256)
                key = target.key(way, artifact, results.params.tool)
                yield DeviceFigure(name, section.name, figure, stale=key != figure.key)
