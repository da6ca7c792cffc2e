"""Bring pipelines/NETWORK/dvc.yaml in step with params.yaml, and drop what earlier settings left behind.

As a stage, write params.yaml in pieces, or have DVC begin anew where pipelines were not in step.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from typing import Any

import msgspec

from litemill.dvc import pipelines, prune, settings_files
from litemill.fanout import units
from litemill.ground import io, project
from litemill.ground.errors import SettingsError
from litemill.preflight import build
from litemill.settings import params as params_module
from litemill.settings import reader
from litemill.settings.params import Params


def plan(write: bool = False, json: bool = False, network: str = "") -> str:  # noqa: FBT001, FBT002  flags
    """Write each network's stages, and drop what is stale; without `write`, an error if that was needed.

    With `json`, nothing but the units of work are given: one JSON array, each behind those that it waits for. With
    `network`, the one to be built, an error where there is none of this name.
    """
    params = params_module.load()
    if network:
        require(network, params)
    for note in build.check(params):
        print(f"note: {note}", file=sys.stderr)
    if json:
        return msgspec.json.encode(units.units(params)).decode()
    old, new = pipelines.present(), pipelines.wanted(params)
    said = pipelines.difference(old, new)
    for path, text in new.items():
        if old.get(path) != text:
            io.write(path, text.encode())
    gone = sorted(path.parent for path in old.keys() - new.keys())
    for folder in gone:
        shutil.rmtree(folder)
    if said and not write:
        # DVC has read the old ones
        raise SettingsError(
            f"{project.PIPELINE.parent} was not in step with {project.PARAMS}", got=f"{said}, just now", remedy=remedy()
        )  # fmt: skip
    settings_files.write(reader.read(project.PARAMS, dict[str, Any]))
    if write:
        lines = [*(f"dropped {folder}, with its lock" for folder in gone), *dropped(params)]
        step = f"{project.PIPELINE.parent}: {said or 'in step with params.yaml'}"
        return "\n".join([*lines, step if lines else f"{step}, nothing stale"])
    return f"{project.PIPELINE.parent}: {len(new)} networks, in step with {project.PARAMS}"


def require(network: str, params: Params) -> None:
    """Raise SettingsError with the nearest name, and all that there are, where no network has this one."""
    if network not in params.networks:
        near = reader.nearest(network, params.networks)
        raise SettingsError(f"{project.PARAMS}: no network {network!r}", expected=", ".join(params.networks),
                            remedy=near if near.startswith("did") else "name one of these")  # fmt: skip


def remedy() -> str:
    """Say how to have DVC read the new pipelines: a folder of its own for an experiment begins with those of git."""
    if "DVC_EXP_NAME" not in os.environ:
        return "run: make repro"
    add = f"git add {project.PIPELINE.parent}"
    return f"set networks and recipes in the workspace's {project.PARAMS}, then run: make plan && {add} && dvc exp run"


def dropped(params: Params) -> Iterator[str]:
    """Drop what is stale, and say what; DVC's cache keeps it."""
    for path in prune.outputs(params):
        prune.drop(path)
        yield f"dropped {path}"
    for lock, stages in prune.entries(params).items():
        prune.forget(lock, stages)
        yield f"dropped from {lock}: {', '.join(stages)}"
