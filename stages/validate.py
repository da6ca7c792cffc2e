"""Hold each file of a network, and its official baselines, against the original model; no TensorFlow."""

import os
from pathlib import Path

from litemill import catalog, files, paths, records, stage
from litemill import params as parameters
from litemill.catalog import Entry
from litemill.params import Params
from litemill.records import Judged, Referenced, Sampled, Validated
from litemill.runtime import Model
from litemill.tasks import judge, roles


def validate(network: str) -> str:
    """Judge the files of one network."""
    params = parameters.load()
    settings = params.network(network)
    entry = catalog.entry(settings.source)
    case = case_of(network, params, entry)
    judged = [judged_file(name, paths.artifact(network, name), case) for name in records.artifacts(network)]
    judged += [judged_file(name, path, case, baseline=True) for name, path in paths.baselines(network).items()]
    truth = judge.original(case) if settings.part is None else {}
    records.save(paths.record("validate", network), Validated(network, tuple(judged), truth))
    return f"{network}: {len(judged)} files judged on {len(case.names)} samples"


def case_of(network: str, params: Params, entry: Entry) -> judge.Case:
    """Gather what a network's files are judged by."""
    sampled = records.load(paths.record("samples", network), Sampled)
    referenced = records.load(paths.record("reference", network), Referenced)
    records.check(paths.record("samples", network), sampled.evaluation_sha256, paths.samples(network, "evaluation"))
    records.check(paths.record("reference", network), referenced.sha256, paths.reference(network))
    class_names = (paths.LABELS / entry.labels).read_text().splitlines() if entry.labels else []
    return judge.Case(params.network(network), entry, params.images, sampled.evaluation,
                      files.read_arrays(paths.samples(network, "evaluation")), files.read_arrays(paths.reference(network)),
                      tuple(class_names))  # fmt: skip


def judged_file(name: str, path: Path, case: judge.Case, *, baseline: bool = False) -> Judged:
    """Judge one file."""
    model = Model(path, os.cpu_count() or 1, roles.inputs(case.settings))
    found = judge.judge(model, case)
    return Judged(name, files.sha256(path), path.stat().st_size, found.metrics, found.pictures, baseline, found.class_iou)


if __name__ == "__main__":
    stage.run(validate)
