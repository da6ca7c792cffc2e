"""What DVC reads and writes: its files of stages and their locks, and the lines that tell of a stage."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Any

from litemill.ground import project
from litemill.settings import reader

LOCK = "dvc.lock"

# a line of DVC's output: a stage runs; a stage need not run, or comes from the run cache
RUNS = re.compile(r"Running stage '(.+)':")
RESTS = re.compile(r"(?:Pulling data for stage: |Stage )'([^']+)'")

# a stage in a lock file, as DVC writes it: to parse all of them would take longer than all else here
LOCKED = re.compile(r"^  ([^\s:]+):", re.MULTILINE)


def present() -> list[Path]:
    """Return the files of stages that are there: the root's, then those in `pipelines`, in order."""
    return [project.ROOT, *sorted(project.PIPELINE.parent.glob(f"*/{project.ROOT}"))]


def locks() -> list[Path]:
    """Return the locks that are there, in the same order; one may be left of a file that is gone."""
    found = [Path(LOCK), *sorted(project.PIPELINE.parent.glob(f"*/{LOCK}"))]
    return [path for path in found if path.is_file()]


def lock(file: Path) -> Path:
    """Return the lock of a file of stages."""
    return file.with_name(LOCK)


def locked(file: Path) -> list[str]:
    """Return the stages that the lock of a file of stages holds, in its order; none where there is no lock."""
    path = lock(file)
    return LOCKED.findall(path.read_text(encoding="utf-8")) if path.is_file() else []


def templates(file: Path) -> dict[str, Any]:
    """Return a file's stages as they are written."""
    found: dict[str, Any] = reader.read(file, dict)["stages"]
    return found


def stages(file: Path, params: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return a file's stages by their names in its lock, those of a `foreach` each with its item put in.

    Parameters
    ----------
    file
        A file of stages.
    params
        Values by key, which a `foreach` may name as `${key}`.
    """
    for name, body in templates(file).items():
        if "foreach" not in body:
            yield name, body
            continue
        over = body["foreach"]
        items = params.get(over.removeprefix("${").removesuffix("}"), ()) if isinstance(over, str) else over
        for key in items:
            item = items[key] if isinstance(items, dict) else key
            yield f"{name}@{key}", _filled(body["do"], {"key": key, "item": item})


def _filled(value: Any, names: Mapping[str, object]) -> Any:  # noqa: ANN401  YAML
    """Put `${key}` and `${item}` into every text of a stage."""
    if isinstance(value, dict):
        return {_filled(key, names): _filled(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, names) for one in value]
    return Template(value).safe_substitute(names) if isinstance(value, str) else value
