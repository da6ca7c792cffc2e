"""Processes that belong to one phone of the tests: those that have its mark among their variables."""

import os
import re
import signal
import time
from pathlib import Path

MARK = "PHONE_ROOT"
_LIMIT = 10  # seconds for the killed to be gone


def heed_all() -> None:
    """Heed the signals that the tests may have been started without (`nohup`, `&`), as a phone's processes do."""
    for ignored in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(ignored, signal.SIG_DFL)


def running(root: Path) -> dict[int, str]:
    """Return the command lines of a phone's processes, by id."""
    mark = f"{MARK}={root}".encode()
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            ours = mark in (entry / "environ").read_bytes().split(b"\0")
            words = (entry / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        except OSError:  # it has ended, or is another user's
            continue
        if ours and words != [b""]:  # an ended one that nobody has waited for has no words
            found[int(entry.name)] = os.fsdecode(b" ".join(words))
    return found


def kill(root: Path, matching: str = "") -> int:
    """Kill those whose command line matches a regular expression; wait until they are gone, give how many."""
    lost = [pid for pid, line in running(root).items() if re.search(matching, line)]
    for pid in lost:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    ended = time.monotonic() + _LIMIT
    while set(lost) & set(running(root)):
        assert time.monotonic() < ended, "a killed process goes on"
        time.sleep(0.01)
    return len(lost)
