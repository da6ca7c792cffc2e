"""How long a build still takes, from how long its stages took when they last ran here."""

import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Collection
from pathlib import Path

import msgspec
from tqdm import tqdm

from litemill.dvc import files
from litemill.dvc.dag import StageGraph
from litemill.ground import io

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

    def __init__(self, way: StageGraph, needed: Collection[str], clock: Callable[[], float] = time.monotonic) -> None:
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
        io.write(
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
    """Return how long each stage took when it last ran here, in seconds; nothing where that is not known."""
    try:
        return msgspec.json.decode(LAST.read_bytes(), type=dict[str, float])
    except (OSError, msgspec.MsgspecError):
        return {}


# colours, moves of the cursor
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x1f\x7f]")


WIPE = "\r\x1b[K"


class Line:
    """Passes on what DVC says, and says between how far the build is.

    Parameters
    ----------
    forecast
        Is told which stages run, in which lane, and which need not.
    """

    def __init__(self, forecast: Forecast) -> None:
        self._forecast = forecast
        self.moves = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"

    def say(self, text: str, lane: int = 0) -> None:
        """Take a line of a DVC's output; or what stands of an unfinished one, such as a bar of progress."""
        if text.endswith("\n"):
            runs = self._follow(text, lane)
            self.clear()
            print(f"[{self._where()}] {text}" if runs and not self.moves else text, end="", flush=True)
        if self.moves:
            moment = CONTROLS.sub("", text.rpartition("\r")[2]) if not text.endswith("\n") else ""
            stages = ", ".join(map(_short, self._forecast.current))
            words = ": ".join(one for one in (self._where(), stages, moment) if one)
            print(WIPE + words[: shutil.get_terminal_size().columns - 1], end="", flush=True)

    def clear(self) -> None:
        """Leave the line free for others."""
        if self.moves:
            print(WIPE, end="", flush=True)

    def _follow(self, text: str, lane: int) -> bool:
        """Tell the forecast which stage a line is about; whether one begins to run."""
        plain = CONTROLS.sub("", text)
        if found := files.RUNS.match(plain):
            self._forecast.begin(found[1], lane)
        elif rests := files.RESTS.match(plain):
            self._forecast.pass_by(rests[1], lane)
        return bool(found)

    def _where(self) -> str:
        """Say how far the build is, in words."""
        forecast = self._forecast
        seconds, all_known = forecast.remaining
        words = [f"stage {forecast.total - forecast.left} of {forecast.total}", f"{forecast.left} left"]
        words.append(f"{tqdm.format_interval(forecast.elapsed)} elapsed")
        if seconds:
            words.append(f"{'about' if all_known else 'over'} {tqdm.format_interval(seconds)} to go")
        return ", ".join(words)


def _short(stage: str) -> str:
    """Name a stage of a network's file as `NETWORK/convert@int8`."""
    return re.sub(r"^pipelines/(.+)/dvc\.yaml:", r"\1/", stage)
