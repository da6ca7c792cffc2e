"""Which pictures become which inputs, by name: what calibrates a network, and what judges it."""

from litemill.settings.images import Images, Kind
from litemill.settings.network import Network

KINDS: tuple[Kind, ...] = ("calibration", "evaluation")


def names(network: Network, images: Images, kind: Kind) -> tuple[str, ...]:
    """Return a network's samples by name: a picture, or `content + style` for the transfer network.

    Any picture can be a style, so content pictures help to calibrate predict where paintings are few. Contents and
    styles are paired in turn, twice round the longer list.
    """
    content, style = images.content.of(kind), images.style.of(kind)
    if network.part == "predict":
        return style + content if kind == "calibration" else style
    if network.part == "transfer":
        # the second round moves on by one, so that equally many contents and styles meet others, too
        length = max(len(content), len(style))
        turns = [(turn, turn + turn // length) for turn in range(2 * length)]
        pairs = (f"{content[one % len(content)]} + {style[other % len(style)]}" for one, other in turns)
        return tuple(dict.fromkeys(pairs))
    return images.segmentation.of(kind)


def style_of(sample: str) -> str:
    """Return the painting of a sample named `content + style`."""
    return sample.split(" + ")[1]
