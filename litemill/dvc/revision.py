"""The working tree, or a revision of it, read from git and DVC's cache without checking anything out."""

import hashlib
import re
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from litemill.dvc import files, git, settings_files
from litemill.ground import project
from litemill.ground.errors import LitemillError
from litemill.settings import pieces

PIPELINES = str(project.PIPELINE.parent)


ARTIFACT = re.compile(rf"{project.MODELS}/([^/]+)/([^/]+)\.tflite")


Key = tuple[str, str]


class File(NamedTuple):
    """A file as DVC's lock knows it; the hash is DVC's own."""

    md5: str
    size_bytes: int


class Revision:
    """One side of a comparison.

    Parameters
    ----------
    name
        A branch, tag or commit; None is the working tree.

    Raises
    ------
    LitemillError
        There is no such revision, or no git repository.
    """

    def __init__(self, name: str | None = None) -> None:
        self.name = name or "the working tree"
        self.commit = ""
        if name is None:
            return
        # what follows must not be taken for an option
        found = git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if found is None:
            raise LitemillError(
                f"{name}: no such revision", expected="a branch, tag or commit", remedy="see: git branch -a"
            )
        self.commit = found.decode().strip()

    def yaml(self, path: Path) -> Any:  # noqa: ANN401  another version may hold anything
        """Return a YAML or JSON file that git keeps, as plain values; an empty mapping where there is none."""
        try:
            return yaml.load(self._text(path), yaml.CSafeLoader) or {}
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise LitemillError(f"{self.name}: {path} is not YAML", got=error, remedy="mend it") from None

    def artifacts(self) -> dict[Key, File]:
        """Return the artifacts that were built, by network and recipe, as DVC's lock has them."""
        found = {}
        for stage in self._stages:
            for out in stage.get("outs", ()):
                named = ARTIFACT.fullmatch(out["path"])
                # one that a network is not built with is empty
                if named and out.get("md5") and out.get("size"):
                    found[named[1], named[2]] = File(out["md5"], out["size"])
        return found

    def stale(self) -> int:
        """Count the stages that ran with other settings than `params.yaml` has."""
        now = settings_files.of(self.yaml(project.PARAMS))
        known = {pieces.path(name).as_posix(): _md5(data) for name, data in now.items()}
        ran_with = [{one["path"]: one.get("md5") for one in stage.get("deps", ())} for stage in self._stages]
        read = [{path: md5 for path, md5 in one.items() if Path(path).parent == project.PIECES} for one in ran_with]
        return sum(any(known.get(path) != md5 for path, md5 in one.items()) for one in read)

    def fetch(self, path: Path, to: Path) -> bool:
        """Copy a file from the working tree, DVC's cache or its remote; False where none of them holds it."""
        from dvc.exceptions import DvcException  # noqa: PLC0415  a second, for those who compare files only

        to.parent.mkdir(parents=True, exist_ok=True)
        try:
            if not self._files.isfile(path.as_posix()):
                return False
            self._files.get(path.as_posix(), str(to))
        except (OSError, DvcException):
            return False
        return to.is_file()

    @cached_property
    def _stages(self) -> list[dict[str, Any]]:
        """What DVC recorded of each stage; nothing in a revision without it."""
        if self.commit:
            listed = git.ask("ls-tree", "-r", "-z", "--name-only", self.commit, files.LOCK, PIPELINES)
            names = [name for name in (listed or b"").decode().split("\0") if name.endswith(files.LOCK)]
        else:
            names = list(map(str, files.locks()))
        locks = [self.yaml(Path(name)) for name in names]
        return [stage for lock in locks if isinstance(lock, dict) for stage in lock.get("stages", {}).values()]

    def _text(self, path: Path) -> bytes:
        if not self.commit:
            return path.read_bytes() if path.is_file() else b""
        return git.ask("show", f"{self.commit}:{path.as_posix()}") or b""

    @cached_property
    def _files(self) -> Any:  # noqa: ANN401  DVC ships no types
        from dvc.api import DVCFileSystem  # noqa: PLC0415  see above

        return DVCFileSystem(".", rev=self.commit or None)


def _md5(data: bytes) -> str:
    """Return DVC's hash of a file."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
