"""The facts of segmentation."""

from types import MappingProxyType

from litemill.settings.images import Images, Kind
from litemill.settings.network import Network
from litemill.tasks.base import ArrayHalf, Task

_CLASSES = "one value a class and cell: resize to the picture, then the class with the largest value is the pixel's"


class Segmentation(Task):
    """A picture in, logits out; their largest class is the pixel's."""

    name = "segmentation"
    source = "segmentation"
    package = "litemill.tasks.segmentation"
    pictures = ("image",)
    inputs = ("image",)
    outputs = ("logits", "resized_logits")
    figures = ("label_agreement", "mean_iou")
    answer = "labels"
    does = "classes found by"
    card = "Tells for every pixel of a picture which of {classes} classes it shows."
    meanings = MappingProxyType({"logits": _CLASSES, "resized_logits": _CLASSES})

    @property
    def arrays(self) -> ArrayHalf:
        """The array half."""
        from litemill.tasks.segmentation.arrays import ARRAYS  # noqa: PLC0415  NumPy

        return ARRAYS

    def samples(self, images: Images, kind: Kind) -> tuple[str, ...]:
        """Return the pictures of segmentation."""
        return images.segmentation.of(kind)

    def truth(self, images: Images) -> dict[str, str]:
        """Return the ground truth of evaluation pictures."""
        return images.segmentation.truth

    def output(self, network: Network) -> str:
        """Return the role that `params.yaml` asks for."""
        return network.output

    def leaves(self, role: str, size: tuple[int, int]) -> tuple[int, int] | None:
        """Return the crop's size for resized logits; logits have the size that the strides give."""
        return None if role == "logits" else size


SEGMENTATION = Segmentation()
