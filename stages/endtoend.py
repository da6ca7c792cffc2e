"""Feed each transfer file with what a predict file says, and hold the picture against the original's; no TensorFlow."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from litemill.ground import command, io, process, project
from litemill.records import store
from litemill.records.accuracy import Pair, Paired
from litemill.runtime import Model
from litemill.tasks.images import Floats
from litemill.tasks.metrics import summary
from litemill.tasks.stylization import pixels as stylization
from litemill.tasks.stylization.arrays import prepared, style_of


class Combination(NamedTuple):
    """A predict and a transfer file that belong together; `baseline` tells of official ones."""

    name: str
    predict: Path
    transfer: Path
    baseline: bool


class Picture(NamedTuple):
    """A sample's name, its content [height, width, 3], and what the original makes of it."""

    sample: str
    content: Floats
    wanted: Floats


def endtoend(transfer: str, predict: str) -> str:
    """Judge predict and transfer of the same recipe together, and the official files likewise."""
    sampled, inputs = store.sampled(transfer)
    originals = store.referenced(transfer)["stylized"].astype(np.float32)
    rows = zip(sampled.evaluation, inputs["content"], originals, strict=True)
    pictures = [Picture(*row) for row in rows]
    pairs = process.each(lambda one: judged(one, pictures), together(transfer, predict))
    store.save(project.record("endtoend", transfer), Paired(transfer, predict, tuple(pairs)))
    return f"{predict} + {transfer}: {len(pairs)} pairs judged"


def together(transfer: str, predict: str) -> list[Combination]:
    """Return the pairs to judge."""
    built, first = store.artifacts(transfer), store.artifacts(predict)
    ours = [
        Combination(name, project.artifact(predict, name), project.artifact(transfer, name), baseline=False)
        for name in first
        if name in built
    ]
    official = [
        Combination(f"{one} + {two}", project.baselines(predict)[one], project.baselines(transfer)[two], baseline=True)
        for one in project.baselines(predict)
        for two in project.baselines(transfer)
    ]
    return ours + official


def judged(combination: Combination, pictures: Sequence[Picture]) -> Pair:
    """Judge a pair of files."""
    predict, transfer = combination.predict, combination.transfer
    bottlenecks = predicted(predict, [one.sample for one in pictures])
    model = Model(transfer, 1, ("content", "bottleneck"))
    figures = {}
    for one in pictures:
        found = model.run({"content": one.content, "bottleneck": bottlenecks[style_of(one.sample)]})
        figures[one.sample] = stylization.judge_picture(found, one.wanted)
    size = predict.stat().st_size + transfer.stat().st_size
    hashes = io.sha256(predict), io.sha256(transfer)
    return Pair(combination.name, *hashes, size, summary(figures.values()), figures, combination.baseline)


def predicted(path: Path, samples: Iterable[str]) -> dict[str, Floats]:
    """Run a predict file on each painting of the samples."""
    model = Model(path, 1, ("style",))
    return {
        style: model.run({"style": prepared(style, model.size("style"))})
        for style in sorted({style_of(sample) for sample in samples})
    }


if __name__ == "__main__":
    command.run(endtoend)
