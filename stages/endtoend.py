"""Feed each transfer file with what a predict file says, and hold the picture against the original's; no TensorFlow."""

from pathlib import Path

import numpy as np

from litemill.core import files, paths, stage, store, threads
from litemill.core import params as parameters
from litemill.core.judged import Pair, Paired
from litemill.runtime import Model
from litemill.tasks import judge, sampling, stylization
from litemill.tasks.pictures import Floats


def endtoend(transfer: str, predict: str) -> str:
    """Judge predict and transfer of the same recipe together, and the official files likewise."""
    parameters.load()
    sampled, inputs = store.sampled(transfer)
    originals = store.referenced(transfer)["stylized"].astype(np.float32)
    pairs = []
    for name, first, second, baseline in together(transfer, predict):
        bottlenecks = predicted(first, sampled.evaluation)
        model = Model(second, threads.CORES, ("content", "bottleneck"))
        found = [
            model.run({"content": content, "bottleneck": bottlenecks[sampling.style_of(sample)]})
            for content, sample in zip(inputs["content"], sampled.evaluation, strict=True)
        ]
        judged = threads.each(lambda pair: stylization.judge_picture(*pair), zip(found, originals, strict=True))
        figures = dict(zip(sampled.evaluation, judged, strict=True))
        size = first.stat().st_size + second.stat().st_size
        pairs.append(
            Pair(
                name,
                files.sha256(first),
                files.sha256(second),
                size,
                judge.summary(figures.values()),
                figures,
                baseline,
            )
        )
    store.save(paths.record("endtoend", transfer), Paired(transfer, predict, tuple(pairs)))
    return f"{predict} + {transfer}: {len(pairs)} pairs judged"


def together(transfer: str, predict: str) -> list[tuple[str, Path, Path, bool]]:
    """Give (name, predict file, transfer file, official) of the pairs to judge."""
    built, first = store.artifacts(transfer), store.artifacts(predict)
    ours = [
        (name, paths.artifact(predict, name), paths.artifact(transfer, name), False) for name in first if name in built
    ]
    official = [
        (f"{one} + {two}", paths.baselines(predict)[one], paths.baselines(transfer)[two], True)
        for one in paths.baselines(predict)
        for two in paths.baselines(transfer)
    ]
    return ours + official


def predicted(path: Path, samples: tuple[str, ...]) -> dict[str, Floats]:
    """Run a predict file on each painting of the samples."""
    model = Model(path, threads.CORES, ("style",))
    return {
        style: model.run({"style": sampling.stylized(style, model.size("style"))})
        for style in sorted({sampling.style_of(sample) for sample in samples})
    }


if __name__ == "__main__":
    stage.run(endtoend)
