"""What is in the working tree, as one commit in a git bundle: workers need no access to a git host."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from litemill.dvc import git

# nothing of the commit but its tree tells one from another
SIGNED = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
          for what, value in (("NAME", "litemill"), ("EMAIL", "litemill@localhost"), ("DATE", "@0 +0000"))}  # fmt: skip


class Snapshot(NamedTuple):
    """A commit without parents, and the bundle that holds it."""

    commit: str
    bundle: bytes


def take() -> Snapshot:
    """Take the working tree as it is: changes that are not committed, and new files that git does not ignore, too.

    Neither the index nor any branch is touched. The same files give the same commit.
    """
    with tempfile.TemporaryDirectory() as scratch:
        own = os.environ | SIGNED | {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
        index = Path(_text("rev-parse", "--git-path", "index"))
        if index.is_file():
            shutil.copy(index, own["GIT_INDEX_FILE"])  # spares reading what has not changed
        git.run("add", "--all", env=own)
        commit = _text("commit-tree", "-m", "what a head sends to its workers", _text("write-tree", env=own), env=own)
        return Snapshot(commit, _bundle(commit, Path(scratch) / "bundle"))


def _bundle(commit: str, file: Path) -> bytes:
    """Pack a commit; git packs none that has no name."""
    name = f"refs/litemill/{os.getpid()}"
    git.run("update-ref", name, commit)
    try:
        git.run("bundle", "create", "--quiet", str(file), name)
    finally:
        git.run("update-ref", "-d", name)
    return file.read_bytes()


def _text(*arguments: str, env: dict[str, str] | None = None) -> str:
    """Return the one line that git prints."""
    return git.run(*arguments, env=env).decode().strip()
