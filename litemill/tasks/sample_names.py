"""Names of samples: a picture below `data/images`, or several that enter together."""

from litemill.settings.images import Kind

KINDS: tuple[Kind, ...] = ("calibration", "evaluation")
# no picture's name can hold it: `litemill.settings.images` refuses that
AND = " + "


def joined(*pictures: str) -> str:
    """Return the name of a sample."""
    return AND.join(pictures)


def pictures(sample: str) -> tuple[str, ...]:
    """Return the pictures of a sample, in the order of `Task.pictures`."""
    return tuple(sample.split(AND))
