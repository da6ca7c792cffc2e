"""Git, run as a program."""

import subprocess
from collections.abc import Mapping

from litemill.ground.errors import LitemillError

TIME_LIMIT_S = 300


def run(*arguments: str, env: Mapping[str, str] | None = None) -> bytes:
    """Return what git prints; LitemillError where it fails or does not answer."""
    done = _done(arguments, env)
    if done.returncode != 0:
        got = done.stderr.decode(errors="replace").strip()
        raise LitemillError(f"git {_verb(arguments)} failed", got=got, remedy="see: git status")
    return done.stdout


def ask(*arguments: str) -> bytes | None:
    """Return what git prints; None where it has no answer."""
    done = _done(arguments, None)
    return done.stdout if done.returncode == 0 else None


def _done(arguments: tuple[str, ...], env: Mapping[str, str] | None) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", *arguments], env=env, capture_output=True, timeout=TIME_LIMIT_S, check=False)
    except FileNotFoundError:
        raise LitemillError("git is not installed", remedy="install it") from None
    except subprocess.TimeoutExpired:
        raise LitemillError(
            f"git {_verb(arguments)}: does not answer", expected=f"{TIME_LIMIT_S} s at most", remedy="try again"
        ) from None


def _verb(arguments: tuple[str, ...]) -> str:
    """Return the command, behind the options of git itself: `-C FOLDER`, `-c KEY=VALUE`."""
    at = 0
    while arguments[at] in ("-C", "-c"):
        at += 2
    return arguments[at]
