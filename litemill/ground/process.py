"""The process that we are in: its threads, what native libraries print, and its parent."""

import ctypes
import os
import select
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TypeVar

from litemill.ground.errors import LitemillError

Item = TypeVar("Item")


Result = TypeVar("Result")


# each run of a large graph holds activations of a gigabyte: more at once would want more memory than they save time
MOST = 4


# a worker that is for one thread says so, as Dask does of its own
_said = os.environ.get("OMP_NUM_THREADS", "")


CORES = min(MOST, int(_said) if _said.isdecimal() and int(_said) else os.cpu_count() or 1)


def each(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Return a function's results in the order of the items; the first error of that order is raised."""
    with ThreadPoolExecutor(CORES) as pool:
        return list(pool.map(function, items))


def shares(items: Sequence[Item]) -> list[Sequence[Item]]:
    """Cut items into as many runs as there are cores, for what can't be shared by threads; none is empty."""
    count = min(CORES, len(items))
    return [items[len(items) * at // count : len(items) * (at + 1) // count] for at in range(count)]


LAST_BYTES = 4000


@contextmanager
def native_output_kept() -> Iterator[None]:
    """Keep what C and C++ code writes to stderr; Python's own stderr is untouched.

    TensorFlow and LiteRT greet with lines that no setting silences. After a bug (an exception that is none of ours) the
    last of them are printed ahead of its traceback; LITEMILL_VERBOSE=1 lets them all through.
    """
    if os.environ.get("LITEMILL_VERBOSE"):
        yield
        return
    sys.stderr.flush()
    terminal = os.dup(2)
    python_stderr = sys.stderr
    # not closed here: a log that is set up meanwhile writes there to the end
    stream = os.fdopen(os.dup(2), "w", buffering=1)
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        sys.stderr = stream
        try:
            yield
        except (LitemillError, OSError, KeyboardInterrupt):
            raise
        except BaseException:
            kept.seek(max(0, kept.tell() - LAST_BYTES))
            os.write(terminal, kept.read())
            raise
        finally:
            sys.stderr = python_stderr
            os.dup2(terminal, 2)
            os.close(terminal)


SHELLS = ("sh", "ash", "dash", "bash", "zsh", "ksh", "fish")


PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent() -> None:
    """Kill this process as soon as its parent is gone, also if that was killed itself.

    A build that is killed would leave its stage running, and the next build would start the same stage
    beside it. On Linux the kernel sees to it, in the midst of a long call into C too. If a shell stands
    between (`sh -c` of dash), a thread watches the program behind the shell; it has to wait for a call into C
    that keeps the interpreter's lock. Elsewhere a thread looks twice a second.

    Notes
    -----
    Linux means the thread that started this process: a parent should start it from a thread that lasts.
    """
    parent = os.getppid()
    if sys.platform != "linux":
        _in_background(_die_after_parent, parent)
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))
    if os.getppid() != parent:  # it died before the kernel was asked
        _die()
    commander = _commander(parent)
    if commander is not None:
        _in_background(_die_after, commander)


def _in_background(watch: Callable[[int], None], pid: int) -> None:
    """Watch a process in a thread that keeps nothing alive."""
    threading.Thread(target=watch, args=(pid,), daemon=True).start()


def _commander(shell: int) -> int | None:
    """Return the program that had a shell run a command line, or None if `shell` is no such shell.

    A user's own script under `nohup` outlives the user's shell: a shell is no such program.
    """
    try:
        name, pid = _name_and_parent(shell)
        arguments = Path(f"/proc/{shell}/cmdline").read_bytes().split(b"\0")
        if name in SHELLS and b"-c" in arguments and _name_and_parent(pid)[0] not in SHELLS:
            return pid
    except (OSError, ValueError):  # there is no /proc, or it hides others' processes
        pass
    return None


def _name_and_parent(pid: int) -> tuple[str, int]:
    """Return the name of a process and its parent's id, from the lines of proc(5)."""
    name, _, fields = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(")")
    return name, int(fields.split()[1])


def _die_after(pid: int) -> None:
    """Wait for a process to end (Linux)."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        _die()
    except OSError:  # a kernel older than 5.3: the parent's death alone counts
        return
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.poll()
    _die()


def _die_after_parent(parent: int) -> None:
    """Wait for another parent to take this process over."""
    while os.getppid() == parent:
        time.sleep(0.5)
    _die()


def _die() -> NoReturn:
    """End at once: outputs are written beside and renamed, so nothing half-written stays."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit(1)
