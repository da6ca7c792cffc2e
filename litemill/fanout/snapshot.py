"""What is in the working tree, as one commit in a git bundle: workers need no access to a git host."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from litemill.ground.errors import LitemillError

TIME_LIMIT_S = 300
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
        index = Path(_git("rev-parse", "--git-path", "index"))
        if index.is_file():
            shutil.copy(index, own["GIT_INDEX_FILE"])  # spares reading what has not changed
        _git("add", "--all", env=own)
        commit = _git("commit-tree", "-m", "what a head sends to its workers", _git("write-tree", env=own), env=own)
        return Snapshot(commit, _bundle(commit, Path(scratch) / "bundle"))


def _bundle(commit: str, file: Path) -> bytes:
    """Pack a commit; git packs none that has no name."""
    name = f"refs/litemill/{os.getpid()}"
    _git("update-ref", name, commit)
    try:
        _git("bundle", "create", "--quiet", str(file), name)
    finally:
        _git("update-ref", "-d", name)
    return file.read_bytes()


def _git(*arguments: str, env: dict[str, str] | None = None) -> str:
    """Run git in the repository; give what it prints."""
    try:
        done = subprocess.run(
            ["git", *arguments], env=env, capture_output=True, text=True, timeout=TIME_LIMIT_S, check=False
        )
    except FileNotFoundError:
        raise LitemillError("git is not installed", remedy="install it") from None
    except subprocess.TimeoutExpired:
        raise LitemillError(f"git {arguments[0]}: not done", expected=f"{TIME_LIMIT_S} s at most") from None
    if done.returncode != 0:
        raise LitemillError(f"git {arguments[0]} failed", got=done.stderr.strip(), remedy="see: git status")
    return done.stdout.strip()
