"""Run `dvc repro`, and say how far it is: on a terminal in one line that moves, else a line a stage."""

import sys

from litemill import warm
from litemill.core import stage
from litemill.progress import way
from litemill.progress.child import Children
from litemill.progress.forecast import Forecast
from litemill.progress.line import Line
from litemill.progress.steps import LANES, steps


def repro(targets: str = "", pull: bool = False) -> None:  # noqa: FBT001, FBT002  a flag of the command line
    """Build what DVC's targets need, or everything, and end as DVC ends; `pull` takes what a remote has."""
    names = targets.split()
    stages = way.load()
    needed = way.needed(stages, names)
    forecast = Forecast(stages, needed)
    line = Line(forecast)
    ordered = [[names]] if names else [[single(part) for part in step] for step in steps(stages, needed)]
    if not pull and any(len(step) > 1 for step in ordered):  # a remote may have it all
        warm.begin()
    options = ["--pull"] if pull else []
    code = 0
    try:
        for step in ordered:
            # a DVC beside others waits for what they lock
            dvc = ["dvc", *(["--wait-for-lock"] if len(step) > 1 else []), "repro", *options]
            children = Children([[*dvc, *part] for part in step], LANES, forecast.end, terminal=line.moves)
            for lane, text in children.said():
                line.say(text, lane)
            code = children.code
            if code:
                break
    finally:
        line.clear()
        forecast.save()
    if code and len(step) > 1:
        print("error: a stage failed -> see its error above; what ran beside it went to its end", file=sys.stderr)
    sys.exit(code)


def single(part: list[str]) -> list[str]:
    """Give DVC's arguments for a slice; none of a build that is whole."""
    return ["--single-item", *part] if part else []


if __name__ == "__main__":
    stage.run(repro)
