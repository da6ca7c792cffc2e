"""Run `dvc repro`, and say how far it is: on a terminal in one line that moves, else a line a stage."""

import sys

from litemill import warm
from litemill.dvc import dag, repair
from litemill.dvc.child import Children, Job
from litemill.dvc.progress import Forecast, Line
from litemill.dvc.schedule import LANES, Part, parts


def repro(targets: str = "", pull: bool = False) -> None:  # noqa: FBT001, FBT002  a flag of the command line
    """Build what DVC's targets need, or everything, and end as DVC ends; `pull` takes what a remote has."""
    for path in repair.mend():
        print(f"note: {path}: half written by a DVC that was killed; removed, and begun anew", file=sys.stderr)
    names = targets.split()
    stages = dag.load()
    needed = dag.needed(stages, names)
    forecast = Forecast(stages, needed)
    line = Line(forecast)
    options = ["--pull"] if pull else []
    found = [] if names else parts(stages, needed)
    # two that wait for the same
    beside = len({part.after for part in found}) < len(found)
    if beside and not pull:  # a remote may have it all
        warm.begin()
    jobs = [Job(command(part, options), part.after) for part in found] or [Job(["dvc", "repro", *options, *names])]
    children = Children(jobs, LANES, forecast.end, terminal=line.moves)
    try:
        for lane, text in children.said():
            line.say(text, lane)
    finally:
        line.clear()
        forecast.save()
    if children.code and beside:
        print("error: a stage failed -> see its error above; what ran beside it went to its end", file=sys.stderr)
    sys.exit(children.code)


def command(part: Part, options: list[str]) -> list[str]:
    """Return the DVC that builds a part; one that may run beside others waits for what they lock."""
    wait = ["--wait-for-lock"] if part.after else []
    single = ["--single-item", *part.targets] if part.targets else []
    return ["dvc", *wait, "repro", *options, *single]
