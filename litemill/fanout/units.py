"""Units of work: what one worker builds by itself, and which units it waits for."""

import math
from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from litemill.dvc.schedule import TIMED
from litemill.ground import project
from litemill.settings import reader
from litemill.settings.params import Params

SOURCES = "sources.all"


BENCH = "bench"


class Unit(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one worker builds by itself, from what the units that it waits for have left.

    Parameters
    ----------
    name
        A network, or what is done of it or of all behind a dot, which no network's name holds.
    targets
        DVC's addresses of the stages to bring about.
    after
        The units that have to be done ahead of it.
    needs
        What a worker has to announce: `bench`, a quiet host, or `device:SERIAL`, a phone.
    target
        The one of `params.yaml` that it measures on.
    network
        The one whose limits hold for it.
    own_memory
        Whether these are of its own, so that not every worker may have as much.
    work
        How much it is, next to the others: the longest are begun first.
    """

    name: str
    targets: tuple[str, ...]
    after: tuple[str, ...] = ()
    needs: str = ""
    target: str = ""
    network: str = ""
    own_memory: bool = False
    work: int = 0


def units(params: Params, most: int = 0) -> tuple[Unit, ...]:
    """Return the units of a build, each behind those that it waits for.

    A network is one unit, its time on a host another. Where `most` is given, a network of more recipes is first cut to
    units of as many; the first of them makes what all need. The gallery, the gate and the report are left to the end.
    """
    found = [Unit(SOURCES, ("baselines",))]
    for network in params.networks:
        found += _of_network(network, params, most)
    for transfer, predict in params.bottleneck_from.items():
        target = f"endtoend@{transfer}"
        found.append(Unit(f"{transfer}.endtoend", (target,), (transfer, predict), network=transfer))
    return tuple(found)


def phones(params: Params, needs: Mapping[str, str]) -> tuple[Unit, ...]:
    """Return a unit for each target of which it is known what a worker needs for it; it restores what is measured."""
    networks = tuple(params.networks)
    targets = tuple(_at(network, "validate") for network in networks)
    return tuple(Unit(f"phones.{name}", targets, networks, need, name) for name, need in needs.items())


def unit(name: str, params: Params, most: int = 0) -> Unit:
    """Return a unit; SettingsError with the nearest name where there is none."""
    found = (*units(params, most), *phones(params, dict.fromkeys(params.targets, "")))
    known = {one.name: one for one in found}
    reader.require(name, known, str(project.PARAMS), "unit")
    return known[name]


def _of_network(network: str, params: Params, most: int) -> list[Unit]:
    """Return the units of one network."""
    recipes = params.built_with(network)
    limit, (height, width) = params.limits.networks.get(network), params.networks[network].input
    parts = math.ceil(len(recipes) / most) if most else 1
    whole = Unit(network, (_at(network, "validate"), _at(network, "variants")), (SOURCES,), network=network,
                 own_memory=limit is not None and limit.memory_gb is not None,
                 work=height * width * len(recipes) // parts)  # fmt: skip
    found: list[Unit] = []
    for number in range(parts if parts > 1 else 0):
        targets = tuple(_at(network, f"convert@{recipe}") for recipe in recipes[number * most :][:most])
        after = (found[0].name,) if found else (SOURCES,)
        found.append(replace(whole, name=f"{network}.{number + 1}", targets=targets, after=after))
    timed = tuple(_at(network, stage) for stage in TIMED)
    before = tuple(part.name for part in found) or (SOURCES,)
    return [*found, replace(whole, after=before),
            replace(whole, name=f"{network}.benchmark", targets=timed, after=(network,), needs=BENCH)]  # fmt: skip


def _at(network: str, stage: str) -> str:
    return f"{project.pipeline(network)}:{stage}"
