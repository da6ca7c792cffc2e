"""A checkout with stages of its own, whose processes a test starts, kills and waits for."""

import os
import select
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
LIMIT = 60  # seconds after which a test gives up
BUSY = """
import ctypes
import os
from litemill.ground import command

def busy() -> None:
    print(os.getppid(), flush=True)
    ctypes.PyDLL(None).sleep(10 * 60)  # keeps the interpreter's lock

if __name__ == "__main__":
    command.run(busy)
"""


class Checkout:
    """A folder with a package `stages`, in which commands run.

    Parameters
    ----------
    root
        The folder, made if need be.
    env
        Environment variables to set for the commands.
    """

    def __init__(self, root: Path, **env: str) -> None:
        self.root = root
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LITEMILL")}
        self.env = kept | {"PYTHONPATH": str(REPOSITORY)} | env
        (root / "stages").mkdir(parents=True, exist_ok=True)
        (root / "stages/__init__.py").touch()
        self.write("busy", BUSY)

    def write(self, name: str, text: str) -> None:
        """Write the stage `name`."""
        (self.root / f"stages/{name}.py").write_text(text)

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run Python with `arguments` to its end."""
        command = [sys.executable, *arguments]
        return subprocess.run(
            command,
            cwd=self.root,
            env=self.env | env,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a command; who reads its stdout learns when the last process that holds it has ended."""
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.root, env=self.env, stdout=pipe, stderr=pipe, bufsize=0)


def first_line(process: subprocess.Popen[bytes]) -> str:
    """Wait for the first line of what a process, or one that it started, prints."""
    assert process.stdout is not None
    assert select.select([process.stdout], [], [], LIMIT)[0], "nothing was printed"
    return process.stdout.readline().decode().strip()


def all_ended(process: subprocess.Popen[bytes]) -> bool:
    """Wait until a process, and all that it started, have ended; False if they go on."""
    assert process.stdout is not None
    assert process.stderr is not None
    ended = bool(select.select([process.stdout], [], [], LIMIT)[0]) and process.stdout.read(1) == b""
    process.stdout.close()
    process.stderr.close()
    process.wait(LIMIT)
    return ended


def parent_of(*command: str) -> tuple[str, ...]:
    """Return a command that starts `command` and waits for it, as a build does."""
    code = f"import subprocess; subprocess.run({list(command)!r})"
    return (sys.executable, "-c", code)
