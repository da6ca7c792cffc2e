"""TFLite files held against the original model: figures over all samples and for each."""

import msgspec

from litemill.ground.npz import Arrays
from litemill.records import store
from litemill.settings import label_names
from litemill.tasks.case import Case, Judgement, Runs
from litemill.tasks.registry import task_of


def case_of(network: str) -> Case:
    """Gather what a network's files are judged by."""
    known = store.frozen(network)
    sampled, inputs = store.sampled(network)
    has_classes = task_of(known.settings).answer == "labels"
    return Case(
        settings=known.settings,
        entry=known.entry,
        truth=sampled.truth,
        names=sampled.evaluation,
        inputs=inputs,
        reference=store.referenced(network),
        class_names=label_names.load(known.settings.source, known.entry) if has_classes else (),
    )


def judge(model: Runs, case: Case) -> Judgement:
    """Run a file on the evaluation samples and hold what it gives against the original."""
    outputs = [model.run(sample) for sample in _samples(model, case)]
    task = task_of(case.settings)
    return task.arrays.judge(outputs, model.size(task.inputs[0]), case)


def _samples(model: Runs, case: Case) -> list[Arrays]:
    """Return the samples one by one, made anew where the file's input has another size than the network's."""
    task, arrays = task_of(case.settings), case.inputs
    size = model.size(task.inputs[0])
    if size != case.settings.input:
        resized = msgspec.structs.replace(case.settings, input=size)
        arrays = case.inputs | task.arrays.collect(resized, case.entry, case.names)
    return [{role: arrays[role][index] for role in task.inputs} for index in range(len(case.names))]
