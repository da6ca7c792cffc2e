"""Units of work: what one worker builds by itself, and which other units it waits for."""

import math

import msgspec

from litemill.core import paths, settings
from litemill.core.params import Params

SOURCES = "sources.all"


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
    bench
        Whether it measures time, and so needs a quiet host.
    network
        The one whose limits hold for it.
    """

    name: str
    targets: tuple[str, ...]
    after: tuple[str, ...] = ()
    bench: bool = False
    network: str = ""


def units(params: Params, most: int = 0) -> tuple[Unit, ...]:
    """Give the units of a build, each behind those that it waits for.

    A network is one unit, its time on a host another. Where `most` is given, a network of more recipes is first cut to
    units of as many; the first of them makes what all need. The gallery, the gate and the report are left to the end.
    """
    found = [Unit(SOURCES, ("baselines",))]
    for network in params.networks:
        parts = _parts(network, params.built_with(network), most)
        found += parts
        before = tuple(part.name for part in parts) or (SOURCES,)
        found.append(Unit(network, (_of(network, "validate"),), before, network=network))
        timed = tuple(_of(network, stage) for stage in ("benchmark", "rewriting", "recommend"))
        found.append(Unit(f"{network}.benchmark", timed, (network,), bench=True, network=network))
    for transfer, predict in params.bottleneck_from.items():
        target = f"endtoend@{transfer}"
        found.append(Unit(f"{transfer}.endtoend", (target,), (transfer, predict), network=transfer))
    return tuple(found)


def unit(name: str, params: Params, most: int = 0) -> Unit:
    """Give a unit; SettingsError with the nearest name where there is none."""
    known = {one.name: one for one in units(params, most)}
    settings.require(name, known, str(paths.PARAMS), "unit")
    return known[name]


def _parts(network: str, recipes: tuple[str, ...], most: int) -> list[Unit]:
    """Cut a network's conversions to units of `most` recipes; none where they need not be cut."""
    if not 0 < most < len(recipes):
        return []
    found: list[Unit] = []
    for number in range(math.ceil(len(recipes) / most)):
        targets = tuple(_of(network, f"convert@{recipe}") for recipe in recipes[number * most :][:most])
        after = (found[0].name,) if found else (SOURCES,)
        found.append(Unit(f"{network}.{number + 1}", targets, after, network=network))
    return found


def _of(network: str, stage: str) -> str:
    return f"{paths.pipeline(network)}:{stage}"
