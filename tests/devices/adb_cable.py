"""The cable of a fake phone, pulled when a test says."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

During = Literal["push", "pull", "shell"]
Gauge = Callable[[int], None]


class PulledError(EOFError):
    """The cable was pulled."""


@dataclass
class Drop:
    """When the cable is pulled, once.

    Parameters
    ----------
    during
        `push`, `pull`, or `shell`.
    matching
        What the file's path or the line has in it, a regular expression.
    after
        How many bytes of the file or of the line's output have come. 0 in a shell: before the line is run.
    skip
        How many such files or lines go through before.
    away
        Seconds until the phone can be connected to again; None: when `plug` is called.
    """

    during: During
    matching: str = ""
    after: int = 1
    skip: int = 0
    away: float | None = 0.0


class Cable:
    """Sees to the drops that a test has asked for.

    Parameters
    ----------
    pull
        Cuts the connections for so many seconds, or for good.
    """

    def __init__(self, pull: Callable[[float | None], None]) -> None:
        self.drops: list[Drop] = []
        self._pull = pull

    def watch(self, during: During, what: str) -> Gauge:
        """Return what is to be told how many bytes of a file or a line's output have come; it raises `PulledError`."""
        for drop in self.drops:
            if drop.during == during and re.search(drop.matching, what):
                if drop.skip == 0:
                    return lambda count: self._pull_at(drop, count)
                drop.skip -= 1
                break
        return lambda _count: None

    def _pull_at(self, drop: Drop, count: int) -> None:
        """Pull if it is time to, and nobody was faster."""
        if count >= drop.after and drop in self.drops:
            self.drops.remove(drop)
            self._pull(drop.away)
            raise PulledError
