"""How long a build still takes, from how long its stages took when they last ran here."""

import time
from collections.abc import Callable, Collection
from pathlib import Path

import msgspec

from litemill.core import files
from litemill.progress.way import Way

# beside DVC's own temporary files, which git ignores: of this machine, part of no output
LAST = Path(".dvc/tmp/stage_seconds.json")


class Forecast:
    """What is done of a build, what is left, and how long that takes.

    A stage that stands on one that ran is taken to run; that another one does, DVC alone finds out.

    Parameters
    ----------
    way
        All stages, each with what it stands on.
    needed
        Those that the build looks at.
    clock
        Seconds, from any moment on.
    """

    def __init__(self, way: Way, needed: Collection[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._way = way
        self._left = set(needed)
        self._clock = clock
        self._last = load()
        self._ran: dict[str, float] = {}
        # by lane: the stage that runs there, and since when
        self._running: dict[int, tuple[str, float]] = {}
        self._start = clock()
        self.total = len(needed)

    def begin(self, stage: str, lane: int = 0) -> None:
        """Take a stage as running in a lane from now on, and what ran there before as done."""
        self.pass_by(stage, lane)
        self._running[lane] = stage, self._clock()

    def pass_by(self, stage: str, lane: int = 0) -> None:
        """Take a stage as one that need not run, and what ran in its lane before as done."""
        self.end(lane)
        self._left.discard(stage)

    def end(self, lane: int = 0) -> None:
        """Take what ran in a lane as done."""
        if lane in self._running:
            stage, since = self._running.pop(lane)
            self._ran[stage] = self._clock() - since

    def save(self) -> None:
        """Keep how long each stage took, for the next build; of stages that are no more nothing is kept."""
        files.write(
            LAST, msgspec.json.encode({name: s for name, s in (self._last | self._ran).items() if name in self._way})
        )

    @property
    def current(self) -> list[str]:
        """What runs now, by lane."""
        return [stage for _, (stage, _) in sorted(self._running.items())]

    @property
    def left(self) -> int:
        """How many stages come after this one."""
        return len(self._left)

    @property
    def elapsed(self) -> float:
        """Seconds since the build began."""
        return self._clock() - self._start

    @property
    def remaining(self) -> tuple[float, bool]:
        """Seconds that are known to come, and whether those are all: a stage may never have run here."""
        dirty = {*self._ran, *self.current}
        coming = [name for name in self._left if not dirty.isdisjoint(self._way[name])]
        seconds = sum(self._last.get(name, 0) for name in coming)
        for name, since in self._running.values():
            seconds += max(0, self._last.get(name, 0) - (self._clock() - since))
        return seconds, all(name in self._last for name in (*coming, *self.current))


def load() -> dict[str, float]:
    """Give how long each stage took when it last ran here, in seconds; nothing where that is not known."""
    try:
        return msgspec.json.decode(LAST.read_bytes(), type=dict[str, float])
    except (OSError, msgspec.MsgspecError):
        return {}
