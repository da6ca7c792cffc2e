"""What differs between two revisions: settings, artifacts and their figures."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Change = Literal["better", "worse", "no difference shown"]
Status = Literal["added", "removed", "changed"]
Metrics = Mapping[str, Mapping[str, Mapping[str, float]]]

# the least step of a figure that says something on a handful of pictures; a larger figure is better
STEPS = {"label_agreement": 5e-4, "mean_iou": 2e-3, "bottleneck_cosine": 1e-5, "psnr_db": 0.1, "ssim": 1e-3}
SIZE_STEP = 1e-3
SIZE, WITHIN = "size_bytes", "within_tolerance"


class Setting(msgspec.Struct, frozen=True):
    """A setting that differs; None where a revision lacks it."""

    key: str
    base: object
    head: object


class Figure(msgspec.Struct, frozen=True):
    """A figure of an artifact in both revisions."""

    name: str
    base: float
    head: float
    change: Change


class Artifact(msgspec.Struct, frozen=True):
    """An artifact that differs; figures only where both revisions have it.

    Parameters
    ----------
    within
        Whether it is within its tolerance: in the head, or in the base where the head lacks it.
    """

    network: str
    recipe: str
    status: Status
    within: bool
    figures: tuple[Figure, ...] = ()

    @property
    def name(self) -> str:
        """Network and recipe."""
        return f"{self.network} {self.recipe}"


def settings(base: Any, head: Any, key: str = "") -> list[Setting]:  # noqa: ANN401  YAML may hold anything
    """Give the settings that differ, by dotted keys; lists are compared as a whole."""
    if isinstance(base, dict) and isinstance(head, dict):
        found = []
        for name in sorted({*base, *head}, key=str):
            found += settings(base.get(name), head.get(name), f"{key}.{name}" if key else str(name))
        return found
    return [] if base == head else [Setting(key, base, head)]


def artifacts(base: Metrics, head: Metrics, hashes: Mapping[tuple[str, str], bool]) -> list[Artifact]:
    """Give the artifacts that differ.

    Parameters
    ----------
    base, head
        Figures by network and recipe, as `reports/metrics.json` has them.
    hashes
        Network and recipe to whether the file is the same byte for byte; what is not in it is told by its figures.
    """
    found = []
    for network, recipe in sorted({(one, two) for side in (base, head) for one in side for two in side[one]}):
        old, new = (side.get(network, {}).get(recipe) for side in (base, head))
        if old is None or new is None:
            one = old or new or {}
            found.append(Artifact(network, recipe, "removed" if new is None else "added", bool(one.get(WITHIN))))
            continue
        figures = tuple(_figure(name, old[name], new[name]) for name in (SIZE, *STEPS) if name in old and name in new)
        same = hashes.get((network, recipe), all(figure.base == figure.head for figure in figures))
        if not same or old.get(WITHIN) != new.get(WITHIN):
            found.append(Artifact(network, recipe, "changed", bool(new.get(WITHIN)), figures))
    return found


def _figure(name: str, base: float, head: float) -> Figure:
    gain = base - head if name == SIZE else head - base
    step = SIZE_STEP * base if name == SIZE else STEPS[name]
    change: Change = "no difference shown"
    if abs(gain) > step:
        change = "better" if gain > 0 else "worse"
    return Figure(name, base, head, change)
