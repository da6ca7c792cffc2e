"""Which pictures calibrate, and which judge."""

from typing import Literal

import msgspec

Kind = Literal["calibration", "evaluation"]


class Pictures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pictures below `data/images`: what calibrates is never what judges.

    Parameters
    ----------
    calibration
        What quantization looks at.
    evaluation
        What a file is judged by: none of `calibration`.
    truth
        Evaluation picture to its ground truth, a picture of class numbers (255: not judged).
    """

    calibration: tuple[str, ...]
    evaluation: tuple[str, ...]
    truth: dict[str, str] = {}

    def __post_init__(self) -> None:
        common = sorted(set(self.calibration) & set(self.evaluation))
        if common:
            raise ValueError(f"calibration and evaluation share {', '.join(common)}")
        if not self.calibration or not self.evaluation:
            raise ValueError("calibration and evaluation need a picture each")
        stray = sorted(set(self.truth) - set(self.evaluation))
        if stray:
            raise ValueError(f"truth is given for {', '.join(stray)}, which evaluation does not hold")
        for kind in (self.calibration, self.evaluation):
            twice = next((name for name in kind if kind.count(name) > 1), None)
            if twice:
                raise ValueError(f"{twice!r} is given twice")
        joined = [name for name in (*self.calibration, *self.evaluation) if " + " in name]
        if joined:
            raise ValueError(f"{joined[0]!r}: no picture's name can hold ' + ', which joins content and style")

    def of(self, kind: Kind) -> tuple[str, ...]:
        """Return one of the two sets."""
        return self.calibration if kind == "calibration" else self.evaluation


class Images(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which pictures each task takes.

    Parameters
    ----------
    segmentation
        Of segmentation networks.
    content, style
        Of stylization networks, joined in pairs.
    """

    segmentation: Pictures
    content: Pictures
    style: Pictures

    def __post_init__(self) -> None:
        common = sorted(set(self.content.calibration) & set(self.style.evaluation))
        if common:
            # content pictures calibrate the predict network too
            raise ValueError(f"content.calibration and style.evaluation share {', '.join(common)}")
