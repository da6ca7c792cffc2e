"""Bring pipelines/NETWORK/dvc.yaml in step with params.yaml, and drop what earlier settings left behind.

As a stage, have DVC begin anew where they were not in step.
"""

import shutil
from collections.abc import Iterator

import msgspec

from litemill.core import files, paths, pipelines, stage, stale, units
from litemill.core import params as parameters
from litemill.core.errors import SettingsError
from litemill.core.params import Params


def plan(write: bool = False, json: bool = False) -> str:  # noqa: FBT001, FBT002  flags of the command line
    """Write each network's stages, and drop what is stale; without `write`, an error if that was needed.

    With `json`, nothing but the units of work are given: one JSON array, each behind those that it waits for.
    """
    params = parameters.load()
    if json:
        return msgspec.json.encode(units.units(params)).decode()
    old, new = pipelines.present(), pipelines.wanted(params)
    said = pipelines.difference(old, new)
    for path, text in new.items():
        if old.get(path) != text:
            files.write(path, text.encode())
    for path in old.keys() - new.keys():
        shutil.rmtree(path.parent)
    if write:
        for line in dropped(params):
            print(line)
        return f"{paths.PIPELINE.parent}: {said or 'in step with params.yaml'}"
    if said:
        # DVC has read the old ones
        raise SettingsError(
            f"{paths.PIPELINE.parent} was not in step with {paths.PARAMS}", got=f"{said}, just now",
            remedy="run: dvc repro, once more",
        )  # fmt: skip
    files.write(paths.IN_STEP, b"in step with params.yaml\n")
    return f"{paths.PIPELINE.parent}: {len(new)} networks, in step with {paths.PARAMS}"


def dropped(params: Params) -> Iterator[str]:
    """Drop what is stale, and say what; DVC's cache keeps it."""
    for path in stale.outputs(params):
        stale.drop(path)
        yield f"dropped {path}"
    for lock, stages in stale.entries(params).items():
        stale.forget(lock, stages)
        yield f"dropped from {lock}: {', '.join(stages)}"


if __name__ == "__main__":
    stage.run(plan)
