"""The cuts of a DeepLab-like graph: one picture in, logits or labels out."""

import numpy as np
from msgspec.structs import replace

from litemill.graphs.graph import PASSING, WEIGHING, Cuts, Pins, SourceGraph, without_passing
from litemill.graphs.preprocessing import IMAGE_RANK, Size, corners_of, understand
from litemill.graphs.run import TooLargeError
from litemill.ground.errors import GraphError
from litemill.settings.catalog import Crop

# monotonic a pixel: the largest class stays the largest
MONOTONIC = (*PASSING, "Softmax", "LogSoftmax")
SPREAD = "ResizeNearestNeighbor"
FAKE_QUANT = "FakeQuant"
PADS = ("Pad", "PadV2", "MirrorPad")


def find_segmentation(whole: SourceGraph, picture: str, pins: Pins) -> Cuts:
    """Find the cuts of a segmentation graph.

    Parameters
    ----------
    whole
        The graph.
    picture
        Its placeholder.
    pins
        Role to node, where a catalogue entry says so.

    Raises
    ------
    GraphError
        There is no network, or no tensor ahead of it that can be understood; the candidates are shown.
    """
    end = pins.get("labels") or _end(whole, picture)
    chain = whole.flow.narrows(picture, end)
    outputs = _outputs(whole, chain, end)
    cut = {"picture": picture} | outputs | dict(pins)
    heads = [pins["image"]] if "image" in pins else _heads(whole, chain, cut["logits"])
    image, crop, tried = _image(whole, picture, heads)
    cut["image"] = image
    if "resized_logits" in cut and _size(whole, picture, cut["resized_logits"], crop) != crop.size:
        # the labels are smaller than the crop: what looked like the last resize belongs to the network
        smaller = cut.pop("resized_logits")
        cut["logits"] = pins.get("logits", smaller)
    flow = whole.flow
    if "resized_logits" in cut and cut["resized_logits"] != cut["logits"]:
        last = without_passing(flow, cut["resized_logits"], MONOTONIC)
        crop = replace(crop, logits_corners=corners_of([flow.nodes[last]], "ResizeBilinear"))
    behind = flow.behind(cut.get("resized_logits", cut["logits"])) & flow.before(end)
    spreads = [flow.nodes[name] for name in behind if flow.op(name) == SPREAD]
    crop = replace(crop, labels_corners=corners_of(spreads, SPREAD))
    return Cuts(
        "segmentation",
        {role: cut[role] for role in ("picture", "image", "logits", "resized_logits", "labels") if role in cut},
        end,
        crop=crop,
        candidates=(*(f"{role} {node}" for role, node in outputs.items()), *(f"image {one}" for one in tried)),
    )


def _end(whole: SourceGraph, picture: str) -> str:
    """Return the last tensor: labels ahead of logits, and of several the one that most steps lead to."""
    ends = {end: whole.flow.narrows(picture, end) for end in whole.flow.ends(picture)}
    ends = {end: chain for end, chain in ends.items() if whole.flow.before(end) & _weighing(whole)}
    if not ends:
        raise GraphError(
            "no network hangs on the graph's input",
            expected="convolutions between a picture and an output",
            remedy="see that the graph is one of segmentation",
        )
    return max(ends, key=lambda end: (_has_argmax(whole, ends[end]), len(ends[end]), end))


def _weighing(whole: SourceGraph) -> set[str]:
    return {name for name, node in whole.flow.nodes.items() if node.op in WEIGHING}


def _has_argmax(whole: SourceGraph, chain: list[str]) -> bool:
    return any(whole.flow.op(name) == "ArgMax" for name in chain)


def _outputs(whole: SourceGraph, chain: list[str], end: str) -> dict[str, str]:
    """Return the cuts behind the network: the logits ahead of the last resize, and what ArgMax takes."""
    flow = whole.flow
    maxima = [name for name in chain if flow.op(name) == "ArgMax"]
    if maxima:
        resized = without_passing(flow, flow.inputs[maxima[-1]][0], MONOTONIC)
        found = {"labels": end}
    else:
        resized, found = without_passing(flow, end, MONOTONIC), {}
    if whole.dtype(resized) != "float32":
        raise GraphError(
            f"{resized!r} is no tensor of logits",
            expected="float32",
            got=whole.dtype(resized),
            remedy="pin cut: logits in the catalogue entry",
        )
    if flow.op(resized) != "ResizeBilinear":
        # nothing to resize again: the logits leave the network at the size of the labels
        return found | {"logits": resized} | ({"resized_logits": resized} if maxima else {})
    return found | {"logits": flow.inputs[resized][0], "resized_logits": resized}


def _heads(whole: SourceGraph, chain: list[str], logits: str) -> list[str]:
    """Return the float tensors that all of the network hangs on, ahead of its first weights, the last one first."""
    flow = whole.flow
    weighing = _weighing(whole) & flow.before(logits)
    network = flow.behind(*weighing)
    inside = {name for name in chain if name in network or _belongs_to_network(whole, name)}
    heads = [name for name in chain if name not in network and whole.dtype(name) == "float32"]
    # a fake quantization or a padding by constants right ahead of the first weights is the network's own
    while heads and heads[-1] in inside:
        heads.pop()
    return heads[::-1]


def _belongs_to_network(whole: SourceGraph, name: str) -> bool:
    flow = whole.flow
    if flow.op(name) in PADS:
        return flow.op(without_passing(flow, flow.inputs[name][1])) == "Const"
    return flow.op(name).startswith(FAKE_QUANT)


def _image(whole: SourceGraph, picture: str, heads: list[str]) -> tuple[str, Crop, list[str]]:
    """Return the first head whose way from the picture is understood, its crop, and what was tried."""
    flow, tried = whole.flow, []
    for head in heads:
        resizes = [
            flow.nodes[name] for name in flow.behind(picture) & flow.before(head) if flow.op(name).startswith("Resize")
        ]
        try:
            corners = corners_of(resizes, "ResizeBilinear")
            crop = understand(whole.ask(picture, head), _fixed(whole, picture), corners)
        except TooLargeError:
            raise
        except GraphError as error:
            tried.append(f"{head} ({error.what}" + (f": got {error.got})" if error.got else ")"))
        else:
            return head, crop, [head, *tried]
    raise GraphError(
        "no tensor ahead of the network is a picture, made to fit, padded, scaled",
        got="candidates: " + ("; ".join(tried) or "none"),
        remedy="pin cut: image in the catalogue entry",
    )


def _size(whole: SourceGraph, picture: str, node: str, crop: Crop) -> Size:
    """Return height and width of a node's tensor, asked for where its shape is open."""
    sides = whole.shape(node)
    if sides is None or len(sides) != IMAGE_RANK or sides[1] is None or sides[2] is None:
        size = _fixed(whole, picture) or tuple(max(side // 2, 1) for side in crop.size)
        sides = whole.ask(picture, node)(np.zeros((*size, 3), np.uint8)).shape
    return int(sides[1] or 0), int(sides[2] or 0)


def _fixed(whole: SourceGraph, picture: str) -> Size | None:
    """Return the one size that a placeholder takes, if it is fixed."""
    sides = whole.shape(picture)
    if sides is None or sides[1] is None or sides[2] is None:
        return None
    return sides[1], sides[2]
