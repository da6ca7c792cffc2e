"""A comparison put together: the head in the working tree against a base revision."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import yaml

from litemill.bench import processes
from litemill.comparison import changes
from litemill.comparison.changes import Artifact, Setting
from litemill.comparison.remeasure import remeasure
from litemill.comparison.revision import Revision
from litemill.core import files, paths
from litemill.core.errors import RecordError
from litemill.core.params import Benchmark


class Compared(msgspec.Struct, frozen=True):
    """An artifact that differs, and its latency if it was measured anew."""

    artifact: Artifact
    timing: processes.Comparison | None = None


class Comparison(msgspec.Struct, frozen=True):
    """What a reviewer wants to know.

    Parameters
    ----------
    base, commit
        The revision as it was named, and its commit.
    settings
        What differs in `params.yaml`.
    artifacts
        What differs in the files.
    same
        How many artifacts are the same.
    files_at_hand
        Whether DVC's cache holds the base's files; without them files are told apart by their figures alone.
    remeasured
        Whether latencies were measured anew.
    """

    base: str
    commit: str
    settings: tuple[Setting, ...]
    artifacts: tuple[Compared, ...]
    same: int
    files_at_hand: bool
    remeasured: bool


@contextmanager
def models_of(revision: Revision) -> Iterator[Path | None]:
    """Lay a revision's artifacts into a scratch folder; None where DVC's cache does not hold them."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "models"
        yield folder if revision.fetch(paths.MODELS, folder) else None


def compare(revision: Revision, models: Path | None, timed: Benchmark | None) -> Comparison:
    """Compare the working tree with a revision.

    Parameters
    ----------
    revision
        The base.
    models
        Its artifacts, if they are at hand.
    timed
        How to measure both sides' latency anew; None leaves it.
    """
    head = Path(paths.METRICS)
    if not head.is_file():
        raise RecordError(f"{head}: no such file", remedy="run: dvc repro")
    now, before = msgspec.json.decode(head.read_bytes()), revision.yaml(paths.METRICS)
    found = changes.artifacts(before, now, hashes(models) if models else {})
    compared = []
    for artifact in found:
        timing = None
        if timed and models and artifact.status == "changed":
            timing = remeasure(file_of(models, artifact), file_of(paths.MODELS, artifact), timed)
        compared.append(Compared(artifact, timing))
    differing = {(one.network, one.recipe) for one in found}
    same = sum((network, recipe) not in differing for network, recipes in now.items() for recipe in recipes)
    settings = changes.settings(revision.yaml(paths.PARAMS), settings_now())
    return Comparison(
        base=revision.name,
        commit=revision.commit,
        settings=tuple(settings),
        artifacts=tuple(compared),
        same=same,
        files_at_hand=models is not None,
        remeasured=timed is not None and models is not None,
    )


def settings_now() -> object:
    """Give the working tree's settings as plain values; they were checked before."""
    return yaml.safe_load(paths.PARAMS.read_text(encoding="utf-8"))


def hashes(models: Path) -> dict[tuple[str, str], bool]:
    """Tell which artifacts that both sides have are the same byte for byte."""
    found = {}
    for path in sorted(models.glob("*/*.tflite")):
        now = paths.artifact(path.parent.name, path.stem)
        if now.is_file():
            found[path.parent.name, path.stem] = files.sha256(path) == files.sha256(now)
    return found


def file_of(folder: Path, artifact: Artifact) -> Path:
    """Give an artifact's file below a folder of models."""
    return folder / artifact.network / f"{artifact.recipe}.tflite"
