"""Choose what is shipped of a network for each target, as the rules of params.yaml say, and lay it apart."""

from collections.abc import Mapping

from litemill.analysis.recommend import choose
from litemill.analysis.weighing import File, Scale
from litemill.ground import command, io, project
from litemill.ground.errors import RecordError
from litemill.records import store
from litemill.records.accuracy import Validated
from litemill.records.cost import Benchmarked
from litemill.records.recommendation import Choice, Recommended
from litemill.settings import pieces
from litemill.settings.network import Network
from litemill.settings.recipe import Recipe
from litemill.settings.recommend import TARGETS, Recommend
from litemill.tasks.registry import task_of


def recommend(network: str) -> str:
    """Choose among the files of one network."""
    settings = pieces.read(f"networks.{network}", Network)
    recipes = pieces.read(f"built_with.{network}", dict[str, Recipe])
    rules = pieces.read("recommend", Recommend)
    timed = store.load(project.record("benchmark", network), Benchmarked)
    scale = Scale(task_of(settings).figures[0], timed.rounds, rules.same_latency)
    weighed = files_of(network, recipes, timed)
    choices = tuple(choose(network, target, rules.rule(target), weighed, scale) for target in TARGETS)
    for choice in choices:
        ship(network, choice)
    store.save(project.record("recommend", network), Recommended(network, choices))
    return f"{network}: " + ", ".join(f"{choice.target} {choice.recipe or 'none'}" for choice in choices)


def files_of(network: str, recipes: Mapping[str, Recipe], timed: Benchmarked) -> list[File]:
    """Join what the records say of a network's files; RecordError where one is missing or of another file."""
    built = store.artifacts(network)
    validated = store.load(project.record("validate", network), Validated)
    judged = {one.sha256: one for one in validated.artifacts}
    measured = {one.sha256: one for one in timed.artifacts}
    found = []
    for recipe, settings in recipes.items():
        record = built.get(recipe)
        if record is None or record.sha256 not in judged or record.sha256 not in measured:
            raise RecordError(f"{network} {recipe}: was not built, judged or timed", remedy="run: dvc repro")
        file = File(
            recipe=recipe,
            quantize=settings.quantize,
            tolerance=settings.tolerance,
            sha256=record.sha256,
            size_bytes=record.size_bytes,
            metrics=judged[record.sha256].metrics,
            latency=measured[record.sha256].latency,
            gpu_refusals=record.facts.of("gpu").refused,
        )
        found.append(file)
    return found


def ship(network: str, choice: Choice) -> None:
    """Copy the file that was chosen; where none was, an empty one, since DVC wants what the stage declares."""
    data = project.artifact(network, choice.recipe).read_bytes() if choice.recipe else b""
    io.write(project.recommended(choice.target, network), data)


if __name__ == "__main__":
    command.run(recommend)
