"""Where the benchmark tool runs: a shell and files, on a phone or on this machine."""

import threading
from pathlib import Path
from typing import NamedTuple, Protocol

from litemill.core.errors import DeviceError

SHELL_S = 30.0


class Answer(NamedTuple):
    """What a shell said: exit status, output and errors as one text."""

    status: int
    text: str


class DroppedError(DeviceError):
    """The way to a device broke; it may come back."""


class StoppedError(DeviceError):
    """The user wants an end."""

    def __init__(self) -> None:
        super().__init__("stopped", remedy="run it again: it goes on from there")


class Stop:
    """Tells all threads to end; a pause ends with it."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """End every pause, now and from now on."""
        self._event.set()

    def pause(self, seconds: float) -> None:
        """Wait; StoppedError if an end is wanted."""
        if self._event.wait(seconds):
            raise StoppedError


class Place(Protocol):
    """A shell and files."""

    @property
    def losses(self) -> int:
        """How often the way to it has broken: what was known of its files may hold no more."""

    def shell(self, script: str, limit_s: float = SHELL_S) -> Answer:
        """Run a script that can be run again where nobody knows how far it came."""

    def push(self, file: Path, path: str) -> None:
        """Copy a file there."""

    def pull(self, path: str) -> bytes:
        """Give the bytes of a file there."""
