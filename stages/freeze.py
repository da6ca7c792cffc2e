"""Make a source a frozen graph, cut to the network, with fixed shapes, and rewritten where params.yaml says so."""

from collections import Counter

from msgspec.structs import replace

from litemill.core import class_names, files, paths, roles, stage, store
from litemill.core import params as parameters
from litemill.core.records import Fetched, Frozen, Tensor
from litemill.graphs.load import frozen
from litemill.graphs.network import fixed, located, parameters_of, shapes
from litemill.graphs.shapes import output_shape
from litemill.rewrites.registry import apply_all


def freeze(network: str) -> str:
    """Freeze and cut one network."""
    settings = parameters.load().network(network)
    fetched = store.load(paths.record("fetch", settings.source), Fetched).entry
    whole = frozen(paths.source(settings.source), fetched)
    entry, proof = located(whole, fetched, settings)
    unrewritten = fixed(whole, settings, entry)
    graph, rewrites = apply_all(unrewritten, settings.rewrites)
    role = roles.output(settings)
    shape = output_shape(graph, role)
    if settings.part is None:  # said here, ahead of all that takes long
        names = class_names.load(settings.source, entry)
        class_names.require(settings.source, entry, names, shape[-1])
    sides = shapes(whole, settings, entry, settings.input)
    inputs = tuple(Tensor(name, name, sides[name], "float32") for name in sides)
    files.write(paths.graph(network), graph.SerializeToString(deterministic=True))
    if rewrites:  # they are proven once there are samples
        files.write(paths.unrewritten(network), unrewritten.SerializeToString(deterministic=True))
    record = Frozen(
        network=network,
        settings=replace(settings, baselines=(), recipes=None),
        entry=entry,
        sha256=files.sha256(paths.graph(network)),
        inputs=inputs,
        output=Tensor(role, role, shape, "float32"),
        ops=dict(sorted(Counter(node.op for node in graph.node).items())),
        parameters=parameters_of(graph),
        proof=proof,
        rewrites=rewrites,
    )
    store.save(paths.record("freeze", network), record)
    return f"{network}: {', '.join(f'{t.role} {list(t.shape)}' for t in inputs)} -> {role} {list(shape)}"


if __name__ == "__main__":
    stage.run(freeze)
