"""The line that says how far a build is."""

import os
import re
import shutil
import sys

from tqdm import tqdm

from litemill.progress.forecast import Forecast

RUNS = re.compile(r"Running stage '(.+)':")
RESTS = re.compile(r"(?:Pulling data for stage: |Stage )'([^']+)'")
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
        if found := RUNS.match(plain):
            self._forecast.begin(found[1], lane)
        elif rests := RESTS.match(plain):
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
