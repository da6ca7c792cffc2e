"""What is to be measured on a target: which files in which ways, and in which order."""

import hashlib
import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from litemill.ground import io, project
from litemill.records import store
from litemill.records.device import DeviceRecord, Figure
from litemill.settings.devices import Configuration, Measuring

CHECK = "check"


class Item(NamedTuple):
    """A file to measure in a configuration; `artifact` is its recipe, or its entry in the catalogue."""

    network: str
    artifact: str
    file: Path
    sha256: str
    baseline: bool
    configuration: Configuration
    key: str

    @property
    def title(self) -> str:
        """Name it in a line of progress."""
        return f"{self.network} {self.artifact}, {self.configuration.label}"


class Step(NamedTuple):
    """One process of the tool: the check of an item's output, or the n-th that is timed."""

    item: Item
    process: str

    @property
    def name(self) -> str:
        """Name it, the same at each run."""
        return f"{self.item.key}-{self.process}"


def items(name: str, settings: Measuring) -> list[Item]:
    """Return everything that is wanted of a target today."""
    target = settings.targets[name]
    found = []
    for network in settings.networks:
        built, baselines = store.artifacts(network), project.baselines(network)
        ours = {recipe: project.artifact(network, recipe) for recipe in settings.built_with(network) if recipe in built}
        for artifact, file in (ours | baselines).items():
            sha256 = built[artifact].sha256 if artifact in ours else io.sha256(file)
            for configuration in target.configurations:
                key = target.key(configuration, (network, artifact, sha256), settings.tool)
                found.append(Item(network, artifact, file, sha256, artifact in baselines, configuration, key))
    return found


def figures(target: str, network: str) -> tuple[Figure, ...]:
    """Return what is recorded of a network on a target."""
    path = project.phoned(target, network)
    return store.load(path, DeviceRecord).figures if path.exists() else ()


def pending(name: str, wanted: Sequence[Item]) -> list[Item]:
    """Return what is wanted and not recorded."""
    known = {figure.key for network in {item.network for item in wanted} for figure in figures(name, network)}
    return [item for item in wanted if item.key not in known]


def order(left: Sequence[Item], processes: int) -> tuple[int, list[Step]]:
    """Return the steps, and the seed of their order: all checks, then the items in turn, shuffled in each round.

    What a device does over time (warming up, other load) so hits all items alike. The same items give the same order.
    """
    text = ",".join(sorted(item.key for item in left))
    seed = int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)
    chance = random.Random(seed)  # noqa: S311  an order, no secret
    steps = [Step(item, CHECK) for item in left if not item.baseline]
    for process in range(processes):
        steps += [Step(item, str(process)) for item in chance.sample(left, len(left))]
    return seed, steps


def recorded(name: str, wanted: Sequence[Item], figure: Figure, network: str) -> None:
    """Put a figure into its record, in the place of what was measured of the same file's earlier forms."""
    order_of = {(item.artifact, item.configuration.label): index for index, item in enumerate(wanted)}
    by_way = {(one.artifact, one.configuration.label): one for one in (*figures(name, network), figure)}
    ways = sorted(by_way, key=lambda way: (order_of.get(way, len(order_of)), way))
    store.save(project.phoned(name, network), DeviceRecord(name, network, tuple(by_way[way] for way in ways)))
