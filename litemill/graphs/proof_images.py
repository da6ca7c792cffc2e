"""The pictures that cuts are proven on, and a catalogue entry whose open cuts are found and proven."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from msgspec.structs import replace
from PIL import Image
from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.graphs.find import find
from litemill.graphs.graph import Cuts, SourceGraph
from litemill.graphs.prove import Proof, prove
from litemill.ground.errors import GraphError
from litemill.settings.catalog import Crop, Entry
from litemill.tasks import images
from litemill.tasks.images import Pixels

SUFFIXES = (".jpg", ".jpeg", ".png")


# shapes of the made-up pictures: a wide and a tall one
MADE_UP = ((360, 640), (326, 256))


SEED = 0


def completed(entry: Entry, graph: GraphDef, folder: Path) -> tuple[Entry, Proof]:
    """Return an entry with the cuts and the crop that its graph has, proven; those that it pins are kept.

    Parameters
    ----------
    entry
        Its `cut` may be empty, or name some roles.
    graph
        Its whole graph.
    folder
        Of pictures to prove them on.

    Raises
    ------
    GraphError
        Cuts are not found, can't be proven, or the crop is not the entry's.
    """
    whole = SourceGraph(graph)
    found, proof = proven(whole, pictures_in(folder), entry.cut)
    if entry.crop is not None and found.crop is not None and entry.crop != found.crop:
        raise GraphError(
            "the crop of the catalogue entry is not the graph's",
            expected=found.crop,
            got=entry.crop,
            remedy="leave it out, or mend it",
        )
    return replace(entry, cut=found.cut, crop=found.crop, part=found.part or entry.part), proof


def proven(whole: SourceGraph, pixels: dict[str, Pixels], pins: dict[str, str] | None = None) -> tuple[Cuts, Proof]:
    """Find the cuts of a graph and prove them; GraphError shows the candidates where they can't be."""
    found = find(whole, pins)
    return found, prove(whole, found, sized(pixels, found.crop) if found.crop else pixels)


def pictures_in(folder: Path) -> dict[str, Pixels]:
    """Return the widest and the tallest picture below a folder by name; made-up ones where there are none."""
    sizes = dict(_sizes(path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES))
    if not sizes:
        return made_up()
    chosen = {max(sizes, key=lambda path: (sizes[path], path)), min(sizes, key=lambda path: (sizes[path], path))}
    return {path.relative_to(folder).as_posix(): images.read(path) for path in sorted(chosen)}


def made_up() -> dict[str, Pixels]:
    """Return smooth pictures of two shapes: blurred noise, the same each time."""
    noise = np.random.default_rng(SEED)
    coarse = [noise.integers(0, 256, (7, 7, 3), dtype=np.uint8) for _ in MADE_UP]
    return {
        f"made-up {height}x{width}": images.resize(pixels, height, width)
        for pixels, (height, width) in zip(coarse, MADE_UP, strict=True)
    }


def sized(pixels: dict[str, Pixels], crop: Crop) -> dict[str, Pixels]:
    """Make pictures, in turn, larger and smaller than the crop, so that both ways are walked.

    They are longer than the crop along its longer side, since many graphs fit that side alone.
    """
    height, width = crop.size
    result = {}
    for index, (name, picture) in enumerate(pixels.items()):
        longer, shorter = (0.6, 0.5) if index % 2 else (1.35, 1.2)
        scales = (shorter, longer) if width >= height else (longer, shorter)
        sides = [max(round(side * scale), 2) for side, scale in zip(crop.size, scales, strict=True)]
        result[name] = images.resize(picture, sides[0], sides[1])
    return result


def _sizes(paths: Iterable[Path]) -> Iterable[tuple[Path, float]]:
    """Return width by height of colour pictures; label pictures and what is none are left out."""
    for path in paths:
        try:
            with Image.open(path) as picture:
                if picture.mode == "RGB":
                    yield path, picture.width / picture.height
        except (OSError, SyntaxError, Image.DecompressionBombError):
            continue
