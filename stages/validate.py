"""Hold each file of a network, and its official baselines, against the original model; no TensorFlow."""

import os
from pathlib import Path

from litemill.core import files, paths, roles, stage, store
from litemill.core.records import Judged, Validated
from litemill.runtime import Model
from litemill.tasks import judge


def validate(network: str) -> str:
    """Judge the files of one network."""
    case = case_of(network)
    judged = [judged_file(name, paths.artifact(network, name), case) for name in store.artifacts(network)]
    judged += [judged_file(name, path, case, baseline=True) for name, path in paths.baselines(network).items()]
    truth = judge.original(case) if case.settings.part is None else {}
    store.save(paths.record("validate", network), Validated(network, tuple(judged), truth))
    return f"{network}: {len(judged)} files judged on {len(case.names)} samples"


def case_of(network: str) -> judge.Case:
    """Gather what a network's files are judged by."""
    known = store.frozen(network)
    sampled, inputs = store.sampled(network)
    class_names = (paths.LABELS / known.entry.labels).read_text().splitlines() if known.entry.labels else []
    return judge.Case(
        settings=known.settings,
        entry=known.entry,
        truth=sampled.truth,
        names=sampled.evaluation,
        inputs=inputs,
        reference=store.referenced(network),
        class_names=tuple(class_names),
    )


def judged_file(name: str, path: Path, case: judge.Case, *, baseline: bool = False) -> Judged:
    """Judge one file."""
    model = Model(path, os.cpu_count() or 1, roles.inputs(case.settings))
    found = judge.judge(model, case)
    return Judged(
        name,
        files.sha256(path),
        path.stat().st_size,
        found.metrics,
        found.pictures,
        baseline,
        found.class_iou,
    )


if __name__ == "__main__":
    stage.run(validate)
