"""A revision of this repository, read from git and DVC's cache without checking anything out."""

import subprocess
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from litemill.core.errors import LitemillError

TIME_LIMIT_S = 60


class Revision:
    """One revision.

    Parameters
    ----------
    name
        A branch, tag or commit.

    Raises
    ------
    LitemillError
        There is no such revision, or no git repository.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        # what follows must not be taken for an option
        found = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if found is None:
            raise LitemillError(
                f"{name}: no such revision", expected="a branch, tag or commit", remedy="see: git branch -a"
            )
        self.commit = found.decode().strip()

    def text(self, path: Path) -> str | None:
        """Give a file that git keeps, or None where the revision has none."""
        found = _git("show", f"{self.commit}:{path.as_posix()}")
        return None if found is None else found.decode()

    def yaml(self, path: Path) -> Any:  # noqa: ANN401  params of another version may hold anything
        """Give a YAML or JSON file that git keeps, as plain values; an empty mapping where there is none."""
        text = self.text(path)
        try:
            return yaml.safe_load(text or "{}") or {}
        except yaml.YAMLError as error:
            raise LitemillError(f"{self.name}: {path} is not YAML", got=error, remedy="name another base") from None

    def fetch(self, path: Path, to: Path) -> bool:
        """Copy a file or folder out of DVC's cache, or its remote; False where neither holds it."""
        from dvc.exceptions import DvcException  # noqa: PLC0415  a second, for those who compare only

        try:
            if not self._files.exists(path.as_posix()):
                return False
            self._files.get(path.as_posix(), str(to), recursive=self._files.isdir(path.as_posix()))
        except (OSError, DvcException):
            return False
        return to.exists()

    @cached_property
    def _files(self) -> Any:  # noqa: ANN401  DVC ships no types
        from dvc.api import DVCFileSystem  # noqa: PLC0415  see above

        return DVCFileSystem(".", rev=self.commit)


def _git(*arguments: str) -> bytes | None:
    """Give what git prints, or None where it fails."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, timeout=TIME_LIMIT_S, check=False)
    except FileNotFoundError:
        raise LitemillError("git is not installed", remedy="install it") from None
    except subprocess.TimeoutExpired:
        raise LitemillError(
            f"git {arguments[0]}: does not answer", expected=f"{TIME_LIMIT_S} s at most", remedy="try again"
        ) from None
    return done.stdout if done.returncode == 0 else None
