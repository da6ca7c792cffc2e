"""The process that has TensorFlow imported; started by `litemill.warm`, forks a child a stage.

It imports no module of the stages or the library but this one and `litemill.ground.process`: what a stage imports
is read in its own child, as it then is.
"""

import gc
import importlib
import io
import json
import os
import runpy
import selectors
import signal
import socket
import struct
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from litemill.ground.process import die_with_parent

PRELOAD = "tensorflow numpy PIL.Image ai_edge_litert.interpreter ai_edge_litert.schema_py_generated msgspec yaml"
IDLE_SECONDS = 60.0
TURN_SECONDS = 1.0  # how often it looks whether it is still wanted
REQUEST_SECONDS = 5.0


class Server:
    """Forks a child for each client, kills it if the client goes away, tells the client how it ended.

    Parameters
    ----------
    listener
        Where clients connect.
    path
        The listener's file; whoever removes it wants the server gone.
    idle_seconds
        How long it stays without a child.
    """

    def __init__(self, listener: socket.socket, path: Path, idle_seconds: float) -> None:
        self.listener, self.path, self.idle_seconds = listener, path, idle_seconds
        self.home = _identities(path)
        self.children: dict[int, socket.socket] = {}
        self.busy_at = time.monotonic()
        self.wakes, self.waker = socket.socketpair()
        for end in (listener, self.wakes, self.waker):
            end.settimeout(0)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.waker.fileno())
        self.selector = selectors.DefaultSelector()
        self.selector.register(listener, selectors.EVENT_READ)
        self.selector.register(self.wakes, selectors.EVENT_READ)

    def run(self) -> None:
        """Serve until nobody wants it any more."""
        while True:
            self.turn(TURN_SECONDS)
            idle = time.monotonic() - self.busy_at > self.idle_seconds
            home = _identities(self.path)
            if not self.children and (idle or home != self.home):
                if home[0] == self.home[0]:
                    self.path.unlink(missing_ok=True)
                self.turn(0)  # who connected before the file was gone is served still
                if not self.children:
                    return

    def turn(self, seconds: float) -> None:
        """Wait for something to happen, and see to it."""
        for key, _ in self.selector.select(seconds):
            if key.fileobj is self.listener:
                with suppress(OSError, ValueError):  # a client that went away, or is none
                    self.accept()
            elif key.fileobj is self.wakes:
                self.wakes.recv(4096)
            elif key.data in self.children:
                self.hear(key.data)
        for pid in list(self.children):
            self.reap(pid)
        if self.children:
            self.busy_at = time.monotonic()

    def accept(self) -> None:
        """Fork a child for a client."""
        connection, _ = self.listener.accept()
        files: list[int] = []
        try:
            connection.settimeout(REQUEST_SECONDS)
            request = _receive(connection, files)
            connection.sendall(b"!")  # a client that has gone raises here
            pid = os.fork()
            if pid == 0:
                self.be_stage(connection, request, files)
        except BaseException:
            connection.close()
            raise
        finally:
            for file in files:
                os.close(file)
        with suppress(OSError):
            os.setpgid(pid, pid)  # the child does the same: whoever comes first
        self.children[pid] = connection
        self.selector.register(connection, selectors.EVENT_READ, pid)

    def be_stage(self, connection: socket.socket, request: dict[str, Any], files: list[int]) -> NoReturn:
        """Be, in a child, the process that the client would have been."""
        status = 0
        try:  # a child never goes back into the server's loop
            os.setpgid(0, 0)
            die_with_parent()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self.selector.close()
            for end in (self.listener, self.wakes, self.waker, connection, *self.children.values()):
                end.close()
            for target, file in enumerate(files):
                os.dup2(file, target)
                os.close(file)
            _run(**request)
            sys.exit()
        except BaseException as error:  # noqa: BLE001 - the interpreter's part
            status = _status(error)
        finally:
            os._exit(status)

    def hear(self, pid: int) -> None:
        """Interrupt a child at its client's word; kill it, and what it started, if the client is gone."""
        try:
            word = self.children[pid].recv(64)
        except OSError:
            word = b""
        if not word:
            self.selector.unregister(self.children[pid])
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGINT if word else signal.SIGKILL)

    def reap(self, pid: int) -> None:
        """Tell the client how its child ended, if it did."""
        ended, status = os.waitpid(pid, os.WNOHANG)
        if not ended:
            return
        connection = self.children.pop(pid)
        with suppress(KeyError):
            self.selector.unregister(connection)
        with suppress(OSError), connection:
            connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def _identities(path: Path) -> list[tuple[int, int] | None]:
    """Tell the socket's file and the checkout from others that may come to stand at their paths."""
    found: list[tuple[int, int] | None] = []
    for place in (path, Path(sys.path[0])):
        try:
            state = place.stat()
            found.append((state.st_dev, state.st_ino))
        except OSError:
            found.append(None)
    return found


def _receive(connection: socket.socket, files: list[int]) -> dict[str, Any]:
    """Read a client's request: one line of JSON, and its stdin, stdout and stderr into `files`."""
    if hasattr(socket, "SO_PEERCRED"):
        _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        if user != os.getuid():
            raise PermissionError(user)
    data, received, _, _ = socket.recv_fds(connection, 1 << 16, 3)
    files.extend(received)
    while not data.endswith(b"\n"):
        part = connection.recv(1 << 16)
        if not part:
            raise ValueError(data)
        data += part
    request: dict[str, Any] = json.loads(data)
    return request


def _run(argv: list[str], cwd: str, env: dict[str, str]) -> None:
    """Run a module as `python -m` does."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # kept, since loggers hold it
        sys.stdout.reconfigure(line_buffering=os.isatty(1))
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    tempfile.tempdir = None  # found anew, by this environment
    for name in [name for name in sys.modules if name.partition(".")[0] == "litemill"]:
        del sys.modules[name]  # it may have been edited since the server started
    importlib.invalidate_caches()
    sys.argv = argv
    runpy.run_module(argv[0], run_name="__main__", alter_sys=True)


def _status(error: BaseException) -> int:
    """Say how a module ended, and give its exit status, as the interpreter does."""
    status = 1
    if not isinstance(error, SystemExit):
        sys.excepthook(type(error), error, error.__traceback__)
        status = 128 + signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1
    elif error.code is None or isinstance(error.code, int):
        status = (error.code or 0) & 0xFF
    else:
        print(error.code, file=sys.stderr)
    try:
        sys.stdout.flush()
    except OSError:  # a full disk, or nobody reads any more
        status = status or 120
    return status


def main() -> None:
    """Import what is slow, then serve: the listener's number and its path stand on the command line."""
    listener = socket.socket(fileno=int(sys.argv[1]))
    for name in os.environ.get("LITEMILL_WARM_PRELOAD", PRELOAD).split():
        importlib.import_module(name)
    gc.freeze()  # or the collector would write to, and so copy, all that the children share
    idle_seconds = float(os.environ.get("LITEMILL_WARM_IDLE", IDLE_SECONDS))
    Server(listener, Path(sys.argv[2]), idle_seconds).run()


if __name__ == "__main__":
    main()
