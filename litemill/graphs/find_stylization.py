"""The cuts of a stylization graph: content and style in, a picture out, a narrow style bottleneck between."""

import itertools

import numpy as np

from litemill.graphs.graph import PASSING, Array, Cuts, Pins, SourceGraph, is_vector
from litemill.ground.errors import GraphError
from litemill.settings.catalog import Part

# the side of a picture that has not a size of its own; the smallest that InceptionV3 and its like take is 75
SIDE = 256
IMAGE_CHANNELS = 3
RANK = 4


def find_stylization(whole: SourceGraph, pins: Pins) -> Cuts:
    """Find the cuts of a stylization graph, or of its predict or transfer part.

    The bottleneck is the narrowest tensor through which all of a style goes to the output, and no content.

    Raises
    ------
    GraphError
        No input passes through a tensor of one row and one column, or both do.
    """
    inputs, end = _ends(whole)
    if len(inputs) == 1:
        return _predict(whole, inputs[0], end, pins)
    vectors = [name for name in inputs if is_vector(whole.shape(name))]
    if len(vectors) == 1:
        content = next(name for name in inputs if name not in vectors)
        cut = {"content": content, "bottleneck": vectors[0], "stylized": end} | dict(pins)
        return Cuts("stylization", cut, end, "transfer", candidates=(vectors[0],))
    return _both(whole, inputs, end, pins)


def feeds(whole: SourceGraph, names: list[str]) -> dict[str, Array]:
    """Return values for inputs: grey pictures, vectors of zeros."""
    return {name: np.full(sides(whole, name), 0.5, np.float32) for name in names}


def sides(whole: SourceGraph, name: str, size: tuple[int, int] = (SIDE, SIDE)) -> tuple[int, ...]:
    """Return an input's shape with its open sides filled: batch 1, `size`, three channels."""
    known = whole.shape(name) or (None,) * RANK
    wanted = (1, *size, IMAGE_CHANNELS) if len(known) == RANK else (1, IMAGE_CHANNELS)
    return tuple(side or given for side, given in zip(known, wanted, strict=True))


def _ends(whole: SourceGraph) -> tuple[list[str], str]:
    """Return the inputs and the output; GraphError where there is more than a stylization has."""
    flow = whole.flow
    inputs = [name for name in whole.placeholders() if len(flow.behind(name)) > 1]
    # what is nearest to all inputs: every one reaches it, and the longest way leads there
    ends = [end for end in set().union(*(flow.ends(name) for name in inputs)) if whole.dtype(end) == "float32"]
    ends = [end for end in ends if all(end in flow.behind(name) for name in inputs)]
    if not ends or len(inputs) not in (1, 2):
        raise GraphError(
            "is no stylization graph",
            expected="a content and a style that both reach one output",
            got=f"inputs {', '.join(inputs) or 'none'}; outputs {', '.join(sorted(ends)) or 'none'}",
            remedy="export the one call that stylizes",
        )
    return inputs, max(sorted(ends), key=lambda end: len(flow.before(end)))


def _both(whole: SourceGraph, inputs: list[str], end: str, pins: Pins) -> Cuts:
    """Tell content from style: the style's way passes through one row and one column."""
    narrow = {
        style: _narrowest(whole, content, style, inputs, end) for content, style in itertools.permutations(inputs)
    }
    narrow = {style: found for style, found in narrow.items() if found}
    if "style" in pins:
        narrow = {style: found for style, found in narrow.items() if style == pins["style"]}
    if "bottleneck" in pins and len(narrow) != 1:
        narrow = {style: [pins["bottleneck"]] for style in inputs if pins["bottleneck"] in whole.flow.behind(style)}
    if len(narrow) != 1:
        shown = "; ".join(f"{style}: {', '.join(found[:3])}" for style, found in narrow.items())
        raise GraphError(
            "no style bottleneck is found",
            expected="one input whose way narrows to one row and one column",
            got=f"candidates: {shown or 'none'}",
            remedy="pin cut: style and bottleneck in the catalogue entry",
        )
    style, candidates = narrow.popitem()
    content = next(name for name in inputs if name != style)
    cut = {"content": content, "style": style, "bottleneck": candidates[0], "stylized": end} | dict(pins)
    return Cuts("stylization", cut, end, candidates=tuple(candidates))


def _predict(whole: SourceGraph, style: str, end: str, pins: Pins) -> Cuts:
    """Take a graph of one input as the predict part, if a bottleneck leaves it."""
    values = whole.run(feeds(whole, [style]), (end,))[0]
    if not is_vector(values.shape):
        raise GraphError(
            "is no predict network",
            expected="a bottleneck [1, 1, 1, n]",
            got=list(values.shape),
            remedy="see that the graph is one of style transfer or segmentation",
        )
    part: Part = "predict"
    return Cuts("stylization", {"style": style, "bottleneck": end} | dict(pins), end, part, candidates=(end,))


def _narrowest(whole: SourceGraph, content: str, style: str, inputs: list[str], end: str) -> list[str]:
    """Return the tensors [1, 1, 1, n] that all of a style goes through and no content, the narrowest first.

    Of tensors as narrow the last one is first: behind a bias, not between it and its convolution. Those [1, n] follow.
    """
    flow = whole.flow
    mixed = flow.behind(content)
    chain = [
        name
        for name in flow.narrows(style, end)
        if name not in mixed and name != style and whole.dtype(name) == "float32" and flow.op(name) not in PASSING
    ]
    if not chain:
        return []
    values = whole.run(feeds(whole, inputs), tuple(chain))
    sizes = {
        name: (value.size, value.ndim != RANK)
        for name, value in zip(chain, values, strict=True)
        if is_vector(value.shape)
    }
    places = {name: place for place, name in enumerate(chain)}
    return sorted(sizes, key=lambda name: (sizes[name], -places[name]))
