"""What an app must know of each input and output of a shipped file."""

import msgspec

from litemill.bundle.manifest import Normalization, Port
from litemill.core.catalog import Entry
from litemill.core.records import Tensor

PICTURES = ("image", "content", "style")
_CLASSES = "one value a class and cell: resize to the picture, then the class with the largest value is the pixel's"
_SAID = {
    "bottleneck": "a style in few numbers, as the predict network says it or a style pack holds it",
    "logits": _CLASSES,
    "resized_logits": _CLASSES,
    "stylized": "the stylized picture, RGB, 0 to 1",
}


def port(tensor: Tensor, entry: Entry) -> Port:
    """Describe a tensor of a network from a source."""
    normalization = _normalization(tensor.role, entry)
    said = _SAID.get(tensor.role, "")
    if normalization is not None:
        height, width = tensor.shape[1:3]
        said = (
            f"a picture, RGB, {height} rows of {width}; "
            f"a pixel of 0 to 255 enters as (pixel - {normalization.mean:g}) / {normalization.std:g}"
        )
    return Port(**msgspec.structs.asdict(tensor), description=said, normalization=normalization)


def _normalization(role: str, entry: Entry) -> Normalization | None:
    """Give how a pixel enters; None where no picture does."""
    if role not in PICTURES:
        return None
    if entry.crop is None:
        return Normalization(0.0, 255.0)
    return Normalization(-entry.crop.offset * entry.crop.divisor, entry.crop.divisor)
