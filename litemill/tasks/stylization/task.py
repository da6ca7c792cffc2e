"""The facts of the two networks of style transfer."""

from types import MappingProxyType

from litemill.settings.images import Images, Kind
from litemill.tasks.base import ArrayHalf, Task
from litemill.tasks.sample_names import joined

_BOTTLENECK = "a style in few numbers, as the predict network says it or a style pack holds it"


class Predict(Task):
    """A painting in, a style bottleneck out."""

    name = "predict"
    source = "stylization"
    part = "predict"
    package = "litemill.tasks.stylization"
    pictures = ("style",)
    inputs = ("style",)
    outputs = ("bottleneck",)
    figures = ("bottleneck_cosine",)
    answer = "numbers"
    does = "bottlenecks given by"
    card = (
        "Says a style in few numbers (a bottleneck), which the transfer network takes: "
        "the first half of style transfer."
    )
    meanings = MappingProxyType({"bottleneck": _BOTTLENECK})

    @property
    def arrays(self) -> ArrayHalf:
        """The array half."""
        from litemill.tasks.stylization.arrays import PREDICT_ARRAYS  # noqa: PLC0415  NumPy

        return PREDICT_ARRAYS

    def samples(self, images: Images, kind: Kind) -> tuple[str, ...]:
        """Return paintings; any picture can be a style, so content pictures help to calibrate where they are few."""
        return images.style.of(kind) + (images.content.of(kind) if kind == "calibration" else ())

    def leaves(self, role: str, size: tuple[int, int]) -> tuple[int, int] | None:  # noqa: ARG002  a vector always
        """Return one row and one column."""
        return 1, 1


class Transfer(Task):
    """A picture and a style bottleneck in, the stylized picture out."""

    name = "transfer"
    source = "stylization"
    part = "transfer"
    package = "litemill.tasks.stylization"
    pictures = ("content", "style")  # real bottlenecks come from real styles
    inputs = ("content", "bottleneck")
    outputs = ("stylized",)
    figures = ("psnr_db", "ssim")
    answer = "picture"
    shown = ("content", "style")
    does = "pictures stylized by"
    card = "Paints a picture in a style, given as a bottleneck: the second half of style transfer."
    meanings = MappingProxyType({"bottleneck": _BOTTLENECK, "stylized": "the stylized picture, RGB, 0 to 1"})

    @property
    def arrays(self) -> ArrayHalf:
        """The array half."""
        from litemill.tasks.stylization.arrays import TRANSFER_ARRAYS  # noqa: PLC0415  NumPy

        return TRANSFER_ARRAYS

    def samples(self, images: Images, kind: Kind) -> tuple[str, ...]:
        """Pair contents and styles in turn, twice round the longer list.

        The second round moves on by one, so that equally many contents and styles meet others, too.
        """
        content, style = images.content.of(kind), images.style.of(kind)
        length = max(len(content), len(style))
        turns = [(turn, turn + turn // length) for turn in range(2 * length)]
        pairs = (joined(content[one % len(content)], style[other % len(style)]) for one, other in turns)
        return tuple(dict.fromkeys(pairs))


PREDICT, TRANSFER = Predict(), Transfer()
