"""A process that ends with the one that started it, however that one ends."""

import ctypes
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

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
    """Give the program that had a shell run a command line, or None if `shell` is no such shell.

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
    """Give the name of a process and its parent's id, from the lines of proc(5)."""
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
