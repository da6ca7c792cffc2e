"""Convert a network to a TFLite file, as a recipe says."""

from litemill.conversion import recipes, tflite
from litemill.conversion.converter import Made
from litemill.delegates.facts import facts
from litemill.ground import command, io, npz, project
from litemill.ground.errors import ConversionError
from litemill.ground.npz import Arrays
from litemill.records import store
from litemill.records.artifact import Converted
from litemill.records.graph import Frozen
from litemill.runtime import Model
from litemill.settings import pieces
from litemill.settings.recipe import Recipe


def convert(network: str, recipe: str) -> str:
    """Convert one network with one recipe."""
    settings, target = pieces.read(f"recipes.{recipe}", Recipe), project.artifact(network, recipe)
    frozen = store.frozen(network)
    samples = npz.read(project.samples(network, "calibration"))
    made = converted(frozen, settings, samples)
    packed = tflite.repacked(made.data)
    tflite.require_same(made.data, packed, {tensor.name: samples[tensor.name][0] for tensor in frozen.inputs})
    io.write(target, packed)
    record = described(frozen, recipe, settings, made)
    store.save(project.record("convert", network, recipe), record)
    return f"{network} {recipe}: {record.size_bytes} bytes"


def converted(frozen: Frozen, recipe: Recipe, samples: Arrays) -> Made:
    """Convert a network's graph."""
    graph = project.graph(frozen.network)
    store.check(project.record("freeze", frozen.network), frozen.sha256, graph)
    return recipes.convert(graph.read_bytes(), frozen.inputs, frozen.output.name, recipe, samples)


def described(frozen: Frozen, name: str, recipe: Recipe, made: Made) -> Converted:
    """Load the file that was written and say what it is; the runtime's word, not the converter's."""
    path = project.artifact(frozen.network, name)
    model = Model(path)
    wanted = [tensor.name for tensor in frozen.inputs]
    found = [tensor.name for tensor in model.inputs]
    if found != wanted:
        # the calibration fed them in the order of `wanted`
        raise ConversionError(f"{path}: inputs in another order", expected=wanted, got=found, remedy="report it")
    return Converted(
        network=frozen.network,
        recipe=name,
        quantize=recipe.quantize,
        sha256=io.sha256(path),
        size_bytes=path.stat().st_size,
        inputs=model.inputs,
        outputs=(model.output,),
        ops=model.ops(),
        unpacked_bytes=len(made.data),
        kept_float=made.kept_float,
        notes=made.notes,
        facts=facts(path),
    )


if __name__ == "__main__":
    command.run(convert)
