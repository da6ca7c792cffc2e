"""Convert a network to a TFLite file, as a recipe says."""

from litemill.conversion import int8, repack
from litemill.conversion.converter import convert as to_tflite
from litemill.core import files, npz, paths, stage, store
from litemill.core import params as parameters
from litemill.core.errors import ConversionError
from litemill.core.npz import Arrays
from litemill.core.recipe import Recipe
from litemill.core.records import Converted, Frozen
from litemill.runtime import Model


def convert(network: str, recipe: str) -> str:
    """Convert one network with one recipe."""
    settings, target = parameters.load().recipe(recipe), paths.artifact(network, recipe)
    frozen = store.frozen(network)
    samples = npz.read(paths.samples(network, "calibration"))
    made = converted(frozen, settings, samples)
    packed = repack.repacked(made.data)
    repack.require_same(made.data, packed, {tensor.name: samples[tensor.name][0] for tensor in frozen.inputs})
    files.write(target, packed)
    record = described(frozen, recipe, settings, made)
    store.save(paths.record("convert", network, recipe), record)
    return f"{network} {recipe}: {record.size_bytes} bytes"


def converted(frozen: Frozen, recipe: Recipe, samples: Arrays) -> int8.Int8:
    """Convert a network's graph."""
    graph = paths.graph(frozen.network)
    store.check(paths.record("freeze", frozen.network), frozen.sha256, graph)
    given = (graph.read_bytes(), frozen.inputs, frozen.output.name, recipe, samples)
    return int8.convert(*given) if recipe.refit or recipe.keep_float else int8.Int8(to_tflite(*given))


def described(frozen: Frozen, name: str, recipe: Recipe, made: int8.Int8) -> Converted:
    """Load the file that was written and say what it is; the runtime's word, not the converter's."""
    path = paths.artifact(frozen.network, name)
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
        sha256=files.sha256(path),
        size_bytes=path.stat().st_size,
        inputs=model.inputs,
        outputs=(model.output,),
        ops=model.ops(),
        unpacked_bytes=len(made.data),
        kept_float=made.kept_float,
        notes=made.notes,
    )


if __name__ == "__main__":
    stage.run(convert)
