"""Hold every artifact against its recipe's tolerance."""

from litemill.ground import command, project
from litemill.ground.errors import RecordError
from litemill.records import store
from litemill.records.accuracy import Failure, Gate, Validated, Verdict
from litemill.settings import pieces
from litemill.settings.build import Build
from litemill.settings.recipe import Tolerance

GATE = project.RECORDS / "gate.json"


def gate() -> str:
    """Return the verdicts; an artifact outside its tolerance stops nothing."""
    settings = pieces.of(Build, "networks", "recipes")
    verdicts = tuple(verdict for network in settings.networks for verdict in verdicts_of(network, settings))
    store.save(GATE, Gate(verdicts))
    within = sum(not verdict.failures for verdict in verdicts)
    return f"{within} of {len(verdicts)} artifacts within their tolerance"


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


if __name__ == "__main__":
    command.run(gate)
