"""What is built: networks, the recipes for them, and which network feeds which."""

from typing import Annotated

import msgspec

from litemill.ground.project import PARAMS
from litemill.settings import reader
from litemill.settings.network import Network
from litemill.settings.recipe import Recipe

# names become file names, stage names and DVC's dotted keys
Name = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_]{1,64}$")]


class Build(msgspec.Struct, frozen=True, kw_only=True):
    """What is built.

    Parameters
    ----------
    networks
        What is built, by name.
    recipes
        How, by name; every network is built with every recipe unless it says otherwise.
    bottleneck_from
        Transfer network to the predict network that feeds it end to end.
    """

    networks: dict[Name, Network]
    recipes: dict[Name, Recipe] = {}
    bottleneck_from: dict[str, str] = {}

    def network(self, name: str) -> Network:
        """Return a network; SettingsError with the nearest name where there is none."""
        reader.require(name, self.networks, str(PARAMS), "network")
        return self.networks[name]

    def recipe(self, name: str) -> Recipe:
        """Return a recipe; SettingsError with the nearest name where there is none."""
        reader.require(name, self.recipes, str(PARAMS), "recipe")
        return self.recipes[name]

    def built_with(self, network: str) -> tuple[str, ...]:
        """Return the names of the recipes that a network is built with, in the order of `recipes`."""
        chosen = self.network(network).recipes
        return tuple(name for name in self.recipes if chosen is None or name in chosen)
