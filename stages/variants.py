"""Convert a network in float32 without its rewrites, with each alone and with all, each proven on one sample."""

from collections.abc import Iterator
from typing import NamedTuple

from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.conversion.converter import convert
from litemill.delegates.facts import facts
from litemill.ground import command, io, project
from litemill.records import store
from litemill.records.artifact import VariantFacts
from litemill.records.graph import Frozen, Variant, Variants
from litemill.rewrites.proof import Proof, prove, results
from litemill.rewrites.registry import apply_all
from litemill.settings.recipe import Recipe

FLOAT32 = Recipe("none")


class Version(NamedTuple):
    """A graph to convert: how it is called, what was applied to it, and its proof."""

    name: str
    graph: GraphDef
    rewrites: dict[str, int]
    proof: Proof | None


def variants(network: str) -> str:
    """Make the files that show what the rewrites of one network do."""
    known = store.frozen(network)
    found = tuple(converted(known, one) for one in versions(known)) if known.rewrites else ()
    store.save(project.record("variants", network), Variants(network, found))
    told = {one.sha256: facts(project.variant(network, one.name)) for one in found}
    store.save(project.record("variant_facts", network), VariantFacts(network, told))
    return f"{network}: {len(found)} variants" if found else f"{network}: no rewrites"


def versions(known: Frozen) -> Iterator[Version]:
    """Return the graph without rewrites, with each that finds a place, and with all, each proven on one sample."""
    original = GraphDef.FromString(project.unrewritten(known.network).read_bytes())
    _, inputs = store.sampled(known.network)
    taken = {tensor.name: inputs[tensor.role][:1] for tensor in known.inputs}
    wanted = results(original, known.output.name, taken)
    names = known.settings.rewrites
    yield Version("as cut", original, {}, None)
    for one in [(name,) for name in names] + ([names] if len(names) > 1 else []):
        graph, applied = apply_all(original, one)
        places = {rewrite.name: rewrite.places for rewrite in applied if rewrite.places}
        if places:
            title = "all" if len(one) > 1 else one[0]
            yield Version(title, graph, places, prove(results(graph, known.output.name, taken), wanted))


def converted(known: Frozen, version: Version) -> Variant:
    """Convert a version to a file."""
    graph = version.graph.SerializeToString(deterministic=True)
    data = convert(graph, known.inputs, known.output.name, FLOAT32, {})
    path, proof = project.variant(known.network, version.name), version.proof
    io.write(path, data)
    return Variant(
        name=version.name,
        rewrites=version.rewrites,
        sha256=io.sha256(path),
        size_bytes=len(data),
        psnr_db=proof.psnr_db if proof else None,
        max_error=proof.max_error if proof else None,
    )


if __name__ == "__main__":
    command.run(variants)
