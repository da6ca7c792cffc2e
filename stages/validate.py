"""Hold each file of a network, and its official baselines, against the original model; no TensorFlow."""

from pathlib import Path

from litemill.delegates.facts import facts
from litemill.ground import command, io, npz, process, project
from litemill.records import store
from litemill.records.accuracy import Judged, Validated
from litemill.runtime import Model
from litemill.tasks import judge
from litemill.tasks.case import Judgement
from litemill.tasks.registry import task_of


def validate(network: str) -> str:
    """Judge the files of one network."""
    case = judge.case_of(network)
    baselines = project.baselines(network)
    chosen = {name: project.artifact(network, name) for name in store.artifacts(network)} | baselines
    # a thread a file: those of one file would wait for each other at each of its layers
    task = task_of(case.settings)
    found = process.each(lambda path: judge.judge(Model(path, 1, task.inputs), case), chosen.values())
    rows = list(zip(chosen.items(), found, strict=True))
    judged = [recorded(name, path, one, baseline=name in baselines) for (name, path), one in rows]
    said = {f"{name}_{index:03}": output for (name, _), one in rows for index, output in enumerate(one.outputs)}
    outputs = project.outputs(network)
    npz.write(outputs, said)
    truth = task.arrays.truth(case)
    store.save(project.record("validate", network), Validated(network, io.sha256(outputs), tuple(judged), truth))
    return f"{network}: {len(judged)} files judged on {len(case.names)} samples"


def recorded(name: str, path: Path, found: Judgement, *, baseline: bool) -> Judged:
    """Return a file's judgement as a record."""
    size = path.stat().st_size
    told = facts(path) if baseline else None
    return Judged(name, io.sha256(path), size, found.metrics, found.pictures, baseline, found.class_iou, told)


if __name__ == "__main__":
    command.run(validate)
