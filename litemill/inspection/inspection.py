"""All that can be told of a model: what goes in and out, the cuts and their proof, ops, what a GPU would refuse."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace

from litemill.conversion.converter import convert
from litemill.delegates import gpu as gpu_rules
from litemill.graphs import safety
from litemill.graphs.cut import cut
from litemill.graphs.find import find
from litemill.graphs.find_stylization import sides
from litemill.graphs.graph import Cuts, SourceGraph
from litemill.graphs.join import halves, joined
from litemill.graphs.network import parameters_of
from litemill.graphs.proof_images import pictures_in, sized
from litemill.graphs.prove import Proof, prove
from litemill.graphs.shapes import output_shape
from litemill.ground import project
from litemill.ground.errors import LitemillError
from litemill.inspection import entry as entry_module
from litemill.inspection.opening import Opened, Piece, opened
from litemill.records.base import Tensor
from litemill.settings.catalog import Crop, Part, Task
from litemill.settings.recipe import Recipe

# what each part of a model is cut from and to, by role
PARTS = {
    "image": (("image",), "logits"),
    "predict": (("style",), "bottleneck"),
    "transfer": (("content", "bottleneck"), "stylized"),
}


class Outlet(msgspec.Struct, frozen=True):
    """One tensor that goes into a graph or leaves it; an open side is null."""

    name: str
    shape: tuple[int | None, ...] | None
    dtype: str


class Inspection(msgspec.Struct, frozen=True):
    """What is known of a model.

    Parameters
    ----------
    model
        As it was given.
    task, part
        What it is for; null where that is not found.
    inputs, outputs
        Of the graph as it was published.
    cut, crop
        As in a catalogue entry.
    proof
        The largest errors and the label agreement; null where the cut is not proven.
    ops, parameters
        Of the graph as it was published: ops by count, numbers in its float constants.
    gpu
        What the GPU delegate would refuse of each part, converted to float32.
    entry
        The catalogue entry to paste.
    refused
        Why the model can't be built; null where it can.

    Examples
    --------
    >>> import litemill
    >>> litemill.Inspection("absent.pb", refused="absent.pb: no such file").task is None
    True
    """

    model: str
    task: Task | None = None
    part: Part | None = None
    inputs: tuple[Outlet, ...] = ()
    outputs: tuple[Outlet, ...] = ()
    cut: dict[str, str] = {}
    crop: Crop | None = None
    proof: Proof | None = None
    ops: dict[str, int] = {}
    parameters: int = 0
    gpu: dict[str, tuple[str, ...]] = {}
    entry: str = ""
    refused: str | None = None


def inspect(model: str, images: Path = project.IMAGES) -> Inspection:
    """Find out all about a model; what was found ahead of an error is kept beside it.

    Parameters
    ----------
    model
        A .pb, a .tar.gz, a SavedModel's folder, or the address of one.
    images
        Folder of pictures to prove the cuts on; made-up ones are taken where it has none.

    Examples
    --------
    >>> import litemill
    >>> known = litemill.inspect("data/embedded/models/deeplabv3_mnv2_dm05_pascal_trainval_2018_10_01.tar.gz")
    >>> known.task, known.cut["logits"], known.crop.size
    ('segmentation', 'ResizeBilinear_2', (513, 513))
    """
    known = Inspection(model)
    with tempfile.TemporaryDirectory() as scratch:
        try:
            for step in _steps(known, images, Path(scratch)):
                known = step
        except LitemillError as error:
            return replace(known, refused=str(error))
    return known


def _steps(known: Inspection, images: Path, scratch: Path) -> Iterator[Inspection]:
    """Return what is known after each step."""
    model = opened(known.model, scratch)
    parts = model.pieces
    if len(parts) > 1:
        parts = {half: parts[name] for half, name in halves({name: one.graph for name, one in parts.items()}).items()}
    graphs = {name: part.graph for name, part in parts.items()}
    graph = joined(**graphs) if len(parts) > 1 else next(iter(graphs.values()))
    safety.check(graph)
    ops = dict(sorted(Counter(node.op for node in graph.node).items()))
    known = replace(known, ops=ops, parameters=parameters_of(graph))
    yield known
    whole = SourceGraph(graph)
    inputs = [name for name, node in whole.flow.nodes.items() if node.op == "Placeholder"]
    known = replace(known, inputs=_outlets(whole, inputs))
    yield known
    found = find(whole)
    known = replace(
        known, task=found.task, part=found.part, cut=found.cut, crop=found.crop, outputs=_outlets(whole, [found.end])
    )
    yield known
    pixels = pictures_in(images)
    known = replace(known, proof=prove(whole, found, sized(pixels, found.crop) if found.crop else pixels))
    yield replace(known, gpu=_gpu(whole, found), entry=_entry(model, list(parts.values()), whole, found))


def _outlets(whole: SourceGraph, names: list[str]) -> tuple[Outlet, ...]:
    return tuple(Outlet(name, whole.shape(name), whole.dtype(name)) for name in names)


def _gpu(whole: SourceGraph, found: Cuts) -> dict[str, tuple[str, ...]]:
    """Return what a GPU would refuse of each part that the cuts give; a part that can't be converted says why."""
    result = {}
    for part, (roles, output) in PARTS.items():
        if not {*roles, output} <= set(found.cut) or found.part not in (None, part):
            continue
        inputs = {role: (found.cut[role], _shape(whole, found, role)) for role in roles}
        graph = cut(whole.graph, inputs, (output, found.cut[output]))
        tensors = [Tensor(role, role, shape, "float32") for role, (_, shape) in inputs.items()]
        try:
            output_shape(graph, output)
            file = convert(graph.SerializeToString(), tensors, output, Recipe("none"), {})
            result[part] = tuple(one.text for one in gpu_rules.refusals(file))
        except LitemillError as error:
            result[part] = (str(error),)
    return result


def _shape(whole: SourceGraph, found: Cuts, role: str) -> tuple[int, ...]:
    if found.crop is not None:
        return (1, *found.crop.size, 3)
    if role == "bottleneck" and found.part is None:
        shape = output_shape(
            cut(
                whole.graph,
                {"style": (found.cut["style"], sides(whole, found.cut["style"]))},
                ("bottleneck", found.cut["bottleneck"]),
            ),
            "bottleneck",
        )
        return tuple(shape)
    return sides(whole, found.cut[role])


def _entry(model: Opened, parts: list[Piece], whole: SourceGraph, found: Cuts) -> str:
    """Return the entry to paste."""
    shape = whole.shape(found.cut["logits"]) if "logits" in found.cut else None
    return entry_module.entry(model.name, model.kind, parts, found, shape[-1] if shape else None)
