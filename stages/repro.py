"""Run `dvc repro`, and say how far it is: on a terminal in one line that moves, else a line a stage."""

import sys

from litemill.core import stage
from litemill.progress import way
from litemill.progress.child import Child
from litemill.progress.forecast import Forecast
from litemill.progress.line import Line
from litemill.progress.slices import slices


def repro(targets: str = "", pull: bool = False) -> None:  # noqa: FBT001, FBT002  a flag of the command line
    """Build what DVC's targets need, or everything, and end as DVC ends; `pull` takes what a remote has."""
    names = targets.split()
    stages = way.load()
    needed = way.needed(stages, names)
    forecast = Forecast(stages, needed)
    line = Line(forecast)
    parts = [["--single-item", *part] for part in slices(stages, needed)] if not names else []
    code = 0
    try:
        for part in parts or [names]:
            child = Child(["dvc", "repro", *(["--pull"] if pull else []), *part], terminal=line.moves)
            for text in child.said():
                line.say(text)
            code = child.code()
            if code:
                break
            forecast.end()
    finally:
        line.clear()
        forecast.save()
    sys.exit(code)


if __name__ == "__main__":
    stage.run(repro)
