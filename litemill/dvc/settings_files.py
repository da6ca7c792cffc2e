"""params.yaml in pieces, a small file each: what a stage depends on.

DVC tells a file's change by its hash, at once, and its lock names it in four lines. A key of params.yaml it finds by
reading all of it, for each stage anew, and writes what it holds into the lock: with many networks that is most of a
build.
"""

import json
from collections.abc import Mapping
from typing import Any

from litemill.ground import io, project
from litemill.settings import pieces
from litemill.settings.params import Params


def of(settings: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the pieces of params.yaml's plain values, as JSON by name.

    Each setting is one, null where it is left out. `networks.NAME` is without what its baselines are and which recipes
    it has, `recipes.NAME` without the tolerance: neither makes another file. `built_with.NAME` is all of the recipes
    that a network is built with, in their order.
    """
    found: dict[str, object] = {name: settings.get(name) for name in Params.__struct_fields__}
    recipes = settings.get("recipes") or {}
    for name, recipe in recipes.items():
        found[f"recipes.{name}"] = {key: value for key, value in recipe.items() if key != "tolerance"}
    for name, network in (settings.get("networks") or {}).items():
        found[f"networks.{name}"] = {key: one for key, one in network.items() if key not in ("baselines", "recipes")}
        chosen = network.get("recipes")
        found[f"built_with.{name}"] = {key: one for key, one in recipes.items() if chosen is None or key in chosen}
    return {name: (json.dumps(value, indent=1) + "\n").encode() for name, value in found.items()}


def write(settings: Mapping[str, Any]) -> None:
    """Write the pieces, and no others."""
    with io.replacing(project.PIECES) as folder:
        folder.mkdir()
        for name, data in of(settings).items():
            folder.joinpath(pieces.path(name).name).write_bytes(data)
