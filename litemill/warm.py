"""Run a stage in a child of a process that has TensorFlow imported: `python -m litemill.warm stages.convert`.

To import TensorFlow takes longer than most conversions. The first stage that comes this way starts a server
(`litemill.warm_server`), which imports it once; each stage is then a fork of it. The stage's own modules are
imported in the fork, so that edits count. Where there can be no server, the stage runs in this process.

The server and its clients meet at a Unix socket in a folder of the user's own. Its name tells apart all that
a fork inherits: a stage is never served by another checkout, nor with other versions of the libraries.

    LITEMILL_WARM=0            no server: each stage imports what it needs
    LITEMILL_WARM_IDLE=60      seconds without a stage after which the server goes away
    LITEMILL_WARM_PRELOAD=...  the modules that the server imports
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import resource
import runpy
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from litemill.ground.process import die_with_parent

GROUND = Path(__file__).with_name("ground")  # what a server of ours may have imported
READY_SECONDS = 120  # for the import of TensorFlow, from a cold disk
INTERRUPT_SECONDS = 2  # for a stage to clean up after Ctrl-C
# what interpreters and libraries read but once, when they start
STARTUP_VARIABLES = (
    *("PYTHON", "LD_", "DYLD_", "LC_", "LANG", "LITEMILL_WARM"),
    *("TF_", "XLA_", "CUDA_", "OMP_", "KMP_", "MKL_", "OPENBLAS_"),
)


def main() -> None:
    """Run the stage module that the command line names, with the options that follow; exit as it does."""
    die_with_parent()
    name, *options = sys.argv[1:] or ["?"]
    if not _exists(name):
        sys.exit(f"error: {name}: no such module, expected one of this checkout, such as stages.convert")
    _hush()
    try:
        connection = _started([name, *options])
        if connection is None:
            sys.argv = [name, *options]
            runpy.run_module(name, run_name="__main__", alter_sys=True)
        else:
            with connection:
                _exit_as(name, _ending(connection))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def begin() -> None:
    """Start the server ahead of the first stage that needs it, and do not wait for it."""
    _hush()
    if os.environ.get("LITEMILL_WARM") != "0":
        with contextlib.suppress(OSError):
            _server().close()


def _hush() -> None:
    """Keep TensorFlow's remarks to itself, which are not the stage's."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")


def _exists(module: str) -> bool:
    """Tell whether a module can be found, without importing it."""
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _started(argv: list[str]) -> socket.socket | None:
    """Have a stage started by the server; None if that can't be, and it was not started."""
    if os.environ.get("LITEMILL_WARM") == "0":
        return None
    with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
        connection = stack.enter_context(_server())
        connection.settimeout(READY_SECONDS)
        request = {"argv": argv, "cwd": str(Path.cwd()), "env": dict(os.environ)}
        data = json.dumps(request).encode() + b"\n"
        sent = socket.send_fds(connection, [data], [0, 1, 2])
        if sent < len(data):  # to send nothing fails where the stage has ended by now, and it would be run again
            connection.sendall(data[sent:])
        if connection.recv(1) == b"!":
            stack.pop_all()
            return connection
    return None


def _ending(connection: socket.socket) -> int | None:
    """Wait for a stage's exit status, negative if a signal ended it; None if the server is gone."""
    connection.settimeout(None)
    try:
        return int(connection.recv(16))
    except (OSError, ValueError):
        return None
    except KeyboardInterrupt:
        # handed on; a stage that does not end by itself is killed when this process ends
        with contextlib.suppress(OSError):
            connection.sendall(b"interrupt")
            connection.settimeout(INTERRUPT_SECONDS)
            connection.recv(16)
        raise


def _exit_as(name: str, status: int | None) -> NoReturn:
    """Exit with a stage's exit status; an end by a signal, or without a word, is an error."""
    if status is not None and status >= 0:
        sys.exit(status)
    if status is None:
        ended = "its server is gone"
    elif -status == signal.SIGKILL:
        ended = "killed, by the system if memory ran out"
    else:
        ended = f"ended by signal {-status} ({signal.strsignal(-status)})"
    sys.exit(f"error: {name}: {ended} -> run it again; LITEMILL_WARM=0 gives it a process of its own")


def _folder() -> Path:
    """Return the user's own folder for sockets.

    Raises
    ------
    PermissionError
        If somebody else could have put a socket there.
    """
    place = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent")
    folder = place / "litemill" if place.is_dir() else Path(tempfile.gettempdir()) / f"litemill-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.getuid() or state.st_mode & 0o077:
        raise PermissionError(folder)
    return folder


def _key() -> str:
    """Tell apart everything that a stage would inherit from the server rather than from its client."""
    code = [Path(__file__), Path(__file__).with_name("warm_server.py"), *sorted(GROUND.glob("*.py"))]
    mask = os.umask(0o077)
    os.umask(mask)
    limits = [name for name in sorted(dir(resource)) if name.startswith("RLIMIT_")]
    inherited = (
        str(Path.cwd().resolve()),
        sys.executable,
        sys.version,
        # to install, upgrade or remove a package changes the folder that holds it
        [(path, Path(path).stat().st_mtime_ns) for path in sys.path if path.endswith("-packages")],
        [(str(path.resolve()), path.read_bytes()) for path in code],
        sorted(item for item in os.environ.items() if item[0].startswith(STARTUP_VARIABLES)),
        (mask, os.getpriority(os.PRIO_PROCESS, 0)),
        [resource.getrlimit(getattr(resource, name)) for name in limits],
        sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else [],
    )
    return hashlib.sha256(repr(inherited).encode()).hexdigest()[:16]


def _server() -> socket.socket:
    """Connect to the server for stages of this process; if there is none, start one."""
    path = _folder() / f"{_key()}.sock"
    try:
        return _dial(path)
    except OSError:
        pass
    with path.with_name("start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of clients that find no server, one starts it
        for other in path.parent.glob("*.sock"):
            try:
                _dial(other).close()
            except ConnectionRefusedError:  # its server was killed
                other.unlink(missing_ok=True)
        if not path.exists():
            _start(path)
        return _dial(path)


def _dial(path: Path) -> socket.socket:
    """Connect to a socket that exists."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


def _start(path: Path) -> None:
    """Start a server that outlives this process.

    The socket is made here: clients connect at once, and wait until the server's imports are done. If it dies
    meanwhile the kernel tells them.
    """
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        subprocess.Popen(
            [sys.executable, "-m", "litemill.warm_server", str(listener.fileno()), str(path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[listener.fileno()],
        )


if __name__ == "__main__":
    main()
