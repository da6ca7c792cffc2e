"""A finding proven on pictures: what our code and the cut graph give is what the original gives."""

from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np
from PIL import Image

from litemill.graphs.cut import cut
from litemill.graphs.find_stylization import sides
from litemill.graphs.graph import Array, Cuts, SourceGraph
from litemill.graphs.run import Runner, runner
from litemill.ground.errors import GraphError
from litemill.settings.catalog import Crop, Task
from litemill.tasks import metrics
from litemill.tasks.images import Floats, Pixels, resize_bilinear
from litemill.tasks.segmentation import pixels as segmentation
from litemill.tasks.stylization import pixels as stylization

# roundings of another order of the same steps: a hundredth of a grey level, a thousandth of the range of logits
IMAGE_LEVELS = 0.01
LOGITS_SHARE = 1e-3
LABEL_AGREEMENT = 0.999
STYLE_ERROR = 1e-3
SEED = 0


class Proof(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far the cut graph is from the original; None where a task has no such figure.

    Parameters
    ----------
    pictures
        Number of pictures, or of pairs of content and style.
    image_max_error
        Largest error of our pre-processing at the input cut.
    logits_max_error, resized_logits_max_error
        Largest error at the output cuts, the second with our resize of the first.
    label_agreement
        Least share of pixels with the original's label, after our post-processing.
    bottleneck_max_error, stylized_max_error
        Largest error of the predict part's output, and of the picture that both parts give.
    """

    pictures: int
    image_max_error: float | None = None
    logits_max_error: float | None = None
    resized_logits_max_error: float | None = None
    label_agreement: float | None = None
    bottleneck_max_error: float | None = None
    stylized_max_error: float | None = None


def prove(whole: SourceGraph, found: Cuts, pictures: Mapping[str, Pixels]) -> Proof:
    """Prove the cuts of a graph.

    Parameters
    ----------
    whole, found
        The graph and what was found in it.
    pictures
        Name to uint8 [h, w, 3]; stylization takes each as content and the following one as style.

    Raises
    ------
    GraphError
        Something differs; the candidates for the cuts are shown.
    """
    if not pictures:
        raise GraphError("no pictures to prove the cuts on", remedy="put some into data/images")
    faults: list[str] = []
    proof = PROVERS[found.task](whole, found, list(pictures.values()), faults)
    if faults:
        raise GraphError(
            "the cut can't be proven",
            expected="the original's values",
            got=f"{'; '.join(faults)}; candidates: {', '.join(found.candidates)}",
            remedy="pin another node as cut in the catalogue entry",
        )
    return proof


def _prove_segmentation(whole: SourceGraph, found: Cuts, pictures: list[Pixels], faults: list[str]) -> Proof:
    crop = found.crop
    assert crop is not None  # noqa: S101  segmentation is not found without
    roles = [role for role in ("logits", "resized_logits") if role in found.cut]
    shape = (1, *crop.size, 3)
    outputs = [(role, found.cut[role]) for role in roles]
    network = runner(cut(whole.graph, {"image": (found.cut["image"], shape)}, *outputs))
    figures = [
        _Segmented(whole, found, crop, _fit_for(whole, found, crop, pixels)).figures(network, roles)
        for pixels in pictures
    ]
    worst = {name: (min if name == "label_agreement" else max)(one[name] for one in figures) for name in figures[0]}
    _expect(worst["image_max_error"], IMAGE_LEVELS * abs(crop.scale), "largest error of the image", faults)
    for role in roles:
        _expect(worst[f"{role}_max_error"], LOGITS_SHARE * worst["range"], f"largest error of the {role}", faults)
    if worst["label_agreement"] < LABEL_AGREEMENT:
        faults.append(f"label agreement {worst['label_agreement']:.6g}")
    del worst["range"]
    return Proof(len(pictures), **worst)


def _expect(error: float, limit: float, what: str, faults: list[str]) -> None:
    if not error <= limit:
        faults.append(f"{what} {error:.3g} over {limit:.3g}")


def _fit_for(whole: SourceGraph, found: Cuts, crop: Crop, pixels: Pixels) -> Pixels:
    """Return a picture of a size that the graph takes; most take any."""
    known = whole.shape(found.cut["picture"])
    height, width = pixels.shape[:2]
    if known is not None and known[1] and known[2]:
        height, width = known[1], known[2]
    elif crop.fit == "none":
        height, width = segmentation.fitted((height, width), crop.size)
    return np.asarray(Image.fromarray(pixels).resize((width, height)))


class _Segmented:
    """One picture through the original, and through our code and the cut graphs."""

    def __init__(self, whole: SourceGraph, found: Cuts, crop: Crop, pixels: Pixels) -> None:
        self.crop, self.pixels = crop, pixels
        roles = [role for role in found.cut if role != "picture"]
        values = whole.run({found.cut["picture"]: pixels[None]}, (*(found.cut[role] for role in roles), found.end))
        self.original = dict(zip(roles, values[:-1], strict=True))
        # a graph that ends in logits says by them which labels it means
        end = values[-1]
        self.labels = (end if "labels" in found.cut else end.argmax(-1)).reshape(end.shape[1:3])

    def figures(self, network: Runner, roles: Sequence[str]) -> dict[str, float]:
        """Return the errors of the cut network by name, and the range of the logits."""
        image = segmentation.prepare(self.pixels, self.crop, self.crop.size)
        agreements, found = [], {"image_max_error": _error(image, self.original["image"][0])}
        for role, value in zip(roles, network({"image": image[None]}, roles), strict=True):
            values = value[0]
            found[f"{role}_max_error"] = _error(values, self.original[role][0])
            labels = self._labels(values)
            agreements.append(
                metrics.label_agreement(labels, self.labels) if labels.shape == self.labels.shape else 0.0
            )
            if role == "logits" and "resized_logits" in roles:
                resized = resize_bilinear(values, *self.crop.size, self.crop.logits_corners)
                ours = _error(resized, self.original["resized_logits"][0])
        if "resized_logits" in roles:
            found["resized_logits_max_error"] = max(ours, found["resized_logits_max_error"])
        return found | {"label_agreement": min(agreements), "range": float(np.ptp(self.original["logits"]))}

    def _labels(self, logits: Floats) -> Pixels:
        """Return labels at the size of the original's: of the picture, of its part of the crop, or of the crop."""
        size = self.labels.shape
        if size == logits.shape[:2]:
            # the graph ends where its network does
            return np.asarray(logits.argmax(-1), np.uint8)
        picture = (self.pixels.shape[0], self.pixels.shape[1])
        height, width = segmentation.fitted(picture, self.crop.size, self.crop.fit)
        if size == picture:
            return segmentation.labels(logits, self.crop.size, picture, self.crop)
        crop = msgspec.structs.replace(self.crop, fit="stretch")
        whole = segmentation.labels(logits, self.crop.size, self.crop.size, crop)
        return whole[:height, :width] if size == (height, width) else whole


def _error(ours: Array, original: Array) -> float:
    """Return the largest error, infinite where the shapes differ already."""
    return metrics.max_error(ours, original) if ours.shape == original.shape else float("inf")


def _prove_stylization(whole: SourceGraph, found: Cuts, pictures: list[Pixels], faults: list[str]) -> Proof:
    following = pictures[1:] + pictures[:1]
    figures = [_stylized(whole, found, content, style) for content, style in zip(pictures, following, strict=True)]
    worst = {name: max(one[name] for one in figures) for name in figures[0]}
    for name, error in worst.items():
        _expect(error, STYLE_ERROR, name.replace("_", " "), faults)
    return Proof(len(pictures), **worst)


def _stylized(whole: SourceGraph, found: Cuts, content: Pixels, style: Pixels) -> dict[str, float]:
    """Run one pair through the original, and through the parts one after the other."""
    inputs = {"content": content, "style": style}
    feeds = {role: _input(whole, found.cut[role], pixels) for role, pixels in inputs.items() if role in found.cut}
    given = {found.cut[role]: values for role, values in feeds.items()}
    if found.part == "transfer":
        node = found.cut["bottleneck"]
        values = np.random.default_rng(SEED).normal(0, 1, sides(whole, node)).astype(np.float32)
        feeds["bottleneck"] = given[node] = values
    outputs = [role for role in ("bottleneck", "stylized") if role in found.cut and found.cut[role] not in given]
    original = dict(zip(outputs, whole.run(given, tuple(found.cut[role] for role in outputs)), strict=True))
    errors = {}
    for role in outputs:
        needed = {"bottleneck": ("style",), "stylized": ("content", "bottleneck")}[role]
        inputs_of = {name: (found.cut[name], feeds[name].shape) for name in needed}
        part = runner(cut(whole.graph, inputs_of, (role, found.cut[role])))
        feeds[role] = part({name: feeds[name] for name in needed}, (role,))[0]
        errors[f"{role}_max_error"] = _error(feeds[role], original[role])
    return errors


def _input(whole: SourceGraph, node: str, pixels: Pixels) -> Array:
    """Return a picture as float32 [1, h, w, 3] in [0, 1]: its shape kept where the graph takes any, by 16 pixels."""
    height, width = pixels.shape[:2]
    longest = max(height, width)
    wanted = tuple(max(16 * round(256 * side / longest / 16), 96) for side in (height, width))
    _, height, width, _ = sides(whole, node, (wanted[0], wanted[1]))
    return stylization.prepare(pixels, (height, width))[None]


PROVERS: dict[Task, Callable[[SourceGraph, Cuts, list[Pixels], list[str]], Proof]] = {
    "segmentation": _prove_segmentation,
    "stylization": _prove_stylization,
}
