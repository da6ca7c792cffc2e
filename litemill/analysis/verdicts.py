"""Each artifact held against its recipe's tolerance."""

from litemill.ground import project
from litemill.ground.errors import RecordError
from litemill.records import store
from litemill.records.accuracy import Failure, Validated, Verdict
from litemill.settings.build import Build
from litemill.settings.recipe import Tolerance


def verdicts_of(network: str, settings: Build) -> list[Verdict]:
    """Judge a network's artifacts by their recipes' tolerances; RecordError where a record is of another file."""
    path = project.record("validate", network)
    judged = {one.name: one for one in store.load(path, Validated).artifacts if not one.baseline}
    found = []
    built = store.artifacts(network)
    for recipe in settings.built_with(network):
        if recipe not in built:
            raise RecordError(f"{network} {recipe}: was not built", remedy="run: dvc repro")
        record = built[recipe]
        if recipe not in judged:
            raise RecordError(f"{path}: does not judge {recipe}", remedy="run: dvc repro")
        store.check(path, judged[recipe].sha256, project.artifact(network, recipe))
        failures = tuple(outside(judged[recipe].metrics, settings.recipe(recipe).tolerance))
        found.append(Verdict(network, recipe, record.sha256, failures))
    return found


def outside(metrics: dict[str, float], tolerance: Tolerance) -> list[Failure]:
    """Return the figures below the least that is allowed."""
    return [Failure(name, metrics[name], floor) for name, floor in tolerance.unmet(metrics).items()]


def reasons(verdict: Verdict) -> str:
    """Say in words what is outside."""
    return ", ".join(f"{one.metric} {one.value:.6g} is below {one.tolerance:g}" for one in verdict.failures)
