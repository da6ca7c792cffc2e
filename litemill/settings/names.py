"""Names of networks, recipes, targets and sources that collide with each other or with folders of the build."""

import re
from collections.abc import Collection, Mapping

from litemill.ground import project
from litemill.ground.errors import SettingsError
from litemill.settings import budgets

# what else lies where a network has a folder or a file of its own name
RESERVED = {
    project.PIECES.name: f"{project.PIECES} holds params.yaml in pieces",
    project.RECOMMENDED.name: f"{project.RECOMMENDED} is the folder of what is shipped",
}


GALLERY = re.compile(r"gallery_\d+")


def check(
    where: str,
    fetch: Collection[str],
    networks: Mapping[str, Collection[str]],
    recipes: Collection[str],
    targets: Collection[str],
) -> None:
    """Raise SettingsError where two things would have the same name.

    Parameters
    ----------
    where
        The file that is read.
    fetch, recipes, targets
        The names that it gives.
    networks
        The official files of each network, by its name.
    """
    twice = next((name for name in fetch if list(fetch).count(name) > 1), None)
    if twice:
        raise SettingsError(f"{where}: fetch: {twice!r} is given twice", remedy="remove one of the two")
    for name, baselines in networks.items():
        why = RESERVED.get(name, "reports/figures has pictures of the gallery so" if GALLERY.fullmatch(name) else "")
        if why:
            raise SettingsError(f"{where}: networks.{name}: the name is taken: {why}", remedy="rename it")
        for recipe in recipes:
            if recipe in baselines:
                raise SettingsError(f"{where}: recipes.{recipe}: networks.{name} has an official file of this name",
                                    remedy="rename the recipe")  # fmt: skip
    if budgets.HOST in targets:
        raise SettingsError(f"{where}: targets.{budgets.HOST}: budgets call the host of the build so",
                            remedy="rename it")  # fmt: skip
