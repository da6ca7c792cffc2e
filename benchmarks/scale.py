"""What the orchestration costs as artifacts grow: cold, nothing to do, and one recipe of one network changed.

    python -m benchmarks.scale [--folder FOLDER] [--rounds 3] [SIZES ...]

For each size (8, 64 and 512 artifacts) a throw-away copy of the repository is filled with tiny networks of eight
recipes each, every source at three sizes, and built with a cache of its own. A stage's own work is what passes between
its command's start and end, as a `python` ahead of the real one on the PATH writes down; the orchestration is the rest.
On a machine that does other things as well its processor time is what counts, DVC's own, without the stages'. What is
cheap is measured in rounds, all sizes in turn, and its median stands. With --folder what is measured stays there, and
is not measured again; of a cold build that was broken off only the stages that were left are.
"""

import argparse
import json
import statistics
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

from benchmarks.tiny_builds import SIDE, Build, Figure  # noqa: E402

SIZES = (8, 64, 512)
# the recipe that changes is the first network's alone; a way that was there before would come from the cache
CHANGES = ("fp16", "dynamic", "fp16_exact")
COLD, CHANGE, WHOLE, NOTHING = "cold", "one recipe, its network", "then the rest", "nothing to do"
# what `make repro` and `make network` run, once `litemill plan` has written what they read
REPRO = ["litemill", "repro"]
ALONE = ["dvc", "repro", "--single-item", f"pipelines/network_{SIDE}/dvc.yaml"]
STAGES_AT, SHARE_MOST, CHANGE_MOST_S, MEMORY_MOST = (64, 512), 1.3, 3.0, 1.3


class Figures:
    """What was measured, kept in a file a line each; a run that was broken off goes on from it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self.known = [Figure(**json.loads(line)) for line in lines]

    def add(self, figure: Figure) -> None:
        """Keep a figure."""
        self.known.append(figure)
        with self.path.open("a") as stream:
            stream.write(json.dumps(asdict(figure)) + "\n")

    def of(self, artifacts: int, what: str) -> list[Figure]:
        """Return the figures of a size, in order."""
        return [one for one in self.known if (one.artifacts, one.what) == (artifacts, what)]


def measure(folder: Path, sizes: list[int], rounds: int) -> Figures:
    """Build each size, then run the cheap ones in rounds, all sizes in turn."""
    figures = Figures(folder / "figures.jsonl")
    builds = {}
    for size in sizes:
        builds[size] = Build(folder / str(size), size)
        if not figures.of(size, COLD):
            figures.add(builds[size].build(COLD, 0, *REPRO))
            print(line(figures.known[-1]), flush=True)
    for number, way in enumerate(CHANGES[:rounds]):
        for size, build in builds.items():
            if number >= len(figures.of(size, WHOLE)):
                build.change(way)
                for what, command in ((CHANGE, ALONE), (WHOLE, REPRO), (NOTHING, REPRO)):
                    figures.add(build.build(what, number, *command))
                    print(line(figures.known[-1]), flush=True)
    return figures


def line(figure: Figure) -> str:
    """Return a figure as a line of the table."""
    rest = figure.wall_s - figure.own_s
    each = (f"{1000 * value / figure.stages:8.0f}" if figure.stages else " " * 8 for value in (rest, figure.used_s))
    cells = (f"{value:8.1f}" for value in (figure.wall_s, figure.own_s, rest, figure.used_s))
    memory = (f"{value:6.0f}" for value in (figure.memory_mb, figure.stage_mb))
    return " ".join((f"{figure.artifacts:9} {figure.what:24} {figure.stages:6}", *cells, *each, *memory))


HEAD = "artifacts what                     stages   wall s    own s   rest s    CPU s  rest/st   CPU/st    MB  stage"


def middle(figures: list[Figure]) -> Figure:
    """Return the run of the median processor time."""
    return sorted(figures, key=lambda one: one.used_s)[(len(figures) - 1) // 2]


def bounds(figures: Figures, small: int, large: int) -> str:
    """Say how the two sizes compare, and whether that is within what is asked for."""
    cold = [figures.of(size, COLD)[0] for size in (small, large)]
    share = [one.used_s / one.stages for one in cold]
    waited = [(one.wall_s - one.own_s) / one.stages for one in cold]
    change = statistics.median(one.wall_s - one.own_s for one in figures.of(large, CHANGE))
    used = statistics.median(one.used_s for one in figures.of(large, CHANGE))
    memory = max(one.memory_mb for one in figures.of(large, COLD)) / max(
        one.memory_mb for one in figures.of(small, COLD)
    )
    return (
        f"orchestration a stage, {large} : {small}, at most {SHARE_MOST}: "
        f"{share[1] / share[0]:.2f} of processors, {waited[1] / waited[0]:.2f} on the clock\n"
        f"one recipe of one network at {large} beside its own work, at most {CHANGE_MOST_S} s: "
        f"{used:.1f} s of processors, {change:.1f} s on the clock\n"
        f"peak memory of a DVC process, {large} : {small}, at most {MEMORY_MOST}: {memory:.2f}"
    )


def main() -> None:
    """Measure, and print the table and the bounds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, help="artifacts, multiples of 8")
    parser.add_argument("--folder", type=Path, help="where builds and figures stay")
    parser.add_argument("--rounds", type=int, default=len(CHANGES), choices=range(1, len(CHANGES) + 1))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        print(HEAD, flush=True)
        figures = measure(folder.resolve(), sorted(options.sizes), options.rounds)
    print(f"\n{HEAD}")
    for size in sorted(options.sizes):
        for what in (COLD, CHANGE, WHOLE, NOTHING):
            print(line(middle(figures.of(size, what))))
    small, large = STAGES_AT if set(STAGES_AT) <= set(options.sizes) else (min(options.sizes), max(options.sizes))
    print(f"\n{bounds(figures, small, large)}")


if __name__ == "__main__":
    main()
