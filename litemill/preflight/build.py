"""All faults of a build that are known ahead of it, and what else a user may not have meant."""

from collections.abc import Collection, Iterator

from litemill.ground import project
from litemill.ground.errors import FaultsError, LitemillError
from litemill.preflight import networks, pictures
from litemill.settings import catalog as catalogue
from litemill.settings import reader
from litemill.settings.params import Params

# of very many, as where a folder of pictures was forgotten
SHOWN = 20


def check(params: Params) -> list[str]:
    """Return notes on what stops no build; FaultsError where it can't come to its end, as far as that is known."""
    catalog = catalogue.load()
    names, found = networks.names_of_classes(params, catalog)
    found += networks.sources(params, catalog)
    found += networks.baselines(params, catalog, names)
    found += networks.calibration(params)
    found += networks.budgets(params)
    found += pictures.faults(params, {source: len(each) for source, each in names.items()})
    if len(found) > SHOWN:
        found = [*found[:SHOWN], LitemillError(f"and {len(found) - SHOWN} more", remedy="mend these first")]
    if found:
        raise FaultsError(found)
    return [*_untaken(params), *_unknown(params, {name for each in names.values() for name in each})]


def _untaken(params: Params) -> Iterator[str]:
    """Find recipes that no network takes."""
    taken = {recipe for network in params.networks for recipe in params.built_with(network)}
    for name in params.recipes:
        if name not in taken:
            yield (f"{project.PARAMS}: recipes.{name}: no network takes it, it builds nothing -> add it to the recipes "
                   "of a network, or move it to recipes_off")  # fmt: skip


def _unknown(params: Params, known: Collection[str]) -> Iterator[str]:
    """Find classes of the gallery that no network has; its pictures of them are left out."""
    for number, one in enumerate(params.gallery if known and params.bottleneck_from else ()):
        for name in one.classes:
            if name not in known:
                yield f"{project.PARAMS}: gallery[{number}]: no network has {name!r} -> {reader.nearest(name, known)}"
