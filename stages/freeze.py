"""Make a source a frozen graph, cut to the network, with fixed shapes, and rewritten where params.yaml says so."""

from collections import Counter

from msgspec.structs import replace

from litemill.graphs.load import frozen
from litemill.graphs.network import fixed, located, parameters_of, shapes
from litemill.graphs.shapes import output_shape
from litemill.ground import command, io, project
from litemill.records import store
from litemill.records.base import Tensor
from litemill.records.graph import Frozen
from litemill.records.source import Fetched
from litemill.rewrites.registry import apply_all
from litemill.settings import label_names, pieces
from litemill.settings.network import Network
from litemill.tasks.registry import task_of


def freeze(network: str) -> str:
    """Freeze and cut one network."""
    settings = pieces.read(f"networks.{network}", Network)
    fetched = store.load(project.record("fetch", settings.source), Fetched).entry
    whole = frozen(project.source(settings.source), fetched)
    entry, proof = located(whole, fetched, settings)
    unrewritten = fixed(whole, settings, entry)
    graph, rewrites = apply_all(unrewritten, settings.rewrites)
    role = task_of(settings).output(settings)
    shape = output_shape(graph, role)
    if task_of(settings).answer == "labels":  # said here, ahead of all that takes long
        names = label_names.load(settings.source, entry)
        label_names.require(settings.source, entry, names, shape[-1])
    sides = shapes(whole, settings, entry, settings.input)
    inputs = tuple(Tensor(name, name, sides[name], "float32") for name in sides)
    io.write(project.graph(network), graph.SerializeToString(deterministic=True))
    if rewrites:  # they are proven once there are samples
        io.write(project.unrewritten(network), unrewritten.SerializeToString(deterministic=True))
    record = Frozen(
        network=network,
        settings=replace(settings, baselines=(), recipes=None),
        entry=entry,
        sha256=io.sha256(project.graph(network)),
        inputs=inputs,
        output=Tensor(role, role, shape, "float32"),
        ops=dict(sorted(Counter(node.op for node in graph.node).items())),
        parameters=parameters_of(graph),
        proof=proof,
        rewrites=rewrites,
    )
    store.save(project.record("freeze", network), record)
    return f"{network}: {', '.join(f'{t.role} {list(t.shape)}' for t in inputs)} -> {role} {list(shape)}"


if __name__ == "__main__":
    command.run(freeze)
