"""What differs between two revisions: settings, artifacts and their figures."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from litemill import figures
from litemill.dvc.revision import File, Key

Change = Literal["better", "worse", "no difference shown"]


Status = Literal["added", "removed", "changed"]


Metrics = dict[str, dict[str, dict[str, float]]]


SIZE, WITHIN = "size_bytes", "within_tolerance"


class Setting(msgspec.Struct, frozen=True):
    """A setting that differs; None where a revision lacks it."""

    key: str
    base: object
    head: object


class Figure(msgspec.Struct, frozen=True):
    """A figure of an artifact; None where a side has none, and no change then."""

    name: str
    base: float | None
    head: float | None
    change: Change | None


class Artifact(msgspec.Struct, frozen=True):
    """An artifact that differs.

    Parameters
    ----------
    same_file
        Whether both sides' files have the same bytes: it was judged otherwise. None where that is not known.
    within
        Whether it is within its tolerance: in the head, or in the base where the head lacks it; None if not known.
    """

    network: str
    recipe: str
    status: Status
    same_file: bool | None
    within: bool | None
    figures: tuple[Figure, ...] = ()

    @property
    def name(self) -> str:
        """Network and recipe, as budgets name it."""
        return f"{self.network}/{self.recipe}"

    @property
    def failing(self) -> bool:
        """Whether the head has it, outside its tolerance."""
        return self.within is False and self.status != "removed"

    @property
    def worse(self) -> bool:
        """Whether one of its figures is worse."""
        return any(figure.change == "worse" for figure in self.figures)


class Side(msgspec.Struct, frozen=True):
    """What a side says of its artifacts: figures by network and recipe, and files by both."""

    metrics: Metrics
    files: dict[Key, File]

    @property
    def names(self) -> set[Key]:
        """The artifacts that it has."""
        return {(network, recipe) for network, recipes in self.metrics.items() for recipe in recipes} | set(self.files)

    def figures(self, key: Key) -> dict[str, float]:
        """Return an artifact's figures; its size as DVC knows it where nothing else says it."""
        known = {SIZE: float(self.files[key].size_bytes)} if key in self.files else {}
        return known | self.metrics.get(key[0], {}).get(key[1], {})


def metrics(value: object) -> Metrics:
    """Return what `reports/metrics.json` holds; nothing where another version wrote it in another form."""
    try:
        return msgspec.convert(value, Metrics)
    except msgspec.ValidationError:
        return {}


def settings(base: Any, head: Any, key: str = "") -> list[Setting]:  # noqa: ANN401  YAML may hold anything
    """Return the settings that differ, by dotted keys; lists are compared as a whole."""
    if isinstance(base, dict) and isinstance(head, dict):
        found = []
        for name in sorted({*base, *head}, key=str):
            found += settings(base.get(name), head.get(name), f"{key}.{name}" if key else str(name))
        return found
    return [] if base == head else [Setting(key, base, head)]


def artifacts(base: Side, head: Side) -> list[Artifact]:
    """Return the artifacts that differ, by name."""
    found = []
    for key in sorted(base.names | head.names):
        old, new = base.figures(key), head.figures(key)
        known = tuple(_figure(name, old.get(name), new.get(name)) for name in compared() if name in {*old, *new})
        status = _status(key in base.names, key in head.names)
        same = base.files[key] == head.files[key] if key in base.files and key in head.files else None
        one = Artifact(*key, status, same, _within(old if status == "removed" else new), known)
        if status != "changed" or same is False or _judged_otherwise(one, _within(old)):
            found.append(one)
    return found


def compared() -> list[str]:
    """Name the figures by which two revisions are compared: not those of one moment, which `remeasure` takes anew."""
    return [one.name for one in figures.FIGURES.values() if one.kind != "detail" and not one.timed]


def _status(before: bool, after: bool) -> Status:  # noqa: FBT001
    return "changed" if before and after else "removed" if before else "added"


def _judged_otherwise(one: Artifact, before: bool | None) -> bool:  # noqa: FBT001
    """Tell whether figures differ: at all where the files are not known, else by more than other machines' rounding."""
    if one.same_file is None and any(figure.base != figure.head for figure in one.figures):
        return True
    judged = (figure for figure in one.figures if figures.of(figure.name).kind == "accuracy")
    return one.within != before or any(figure.change in ("better", "worse") for figure in judged)


def _within(figures: Mapping[str, float]) -> bool | None:
    return bool(figures[WITHIN]) if WITHIN in figures else None


def _figure(name: str, base: float | None, head: float | None) -> Figure:
    if base is None or head is None:
        return Figure(name, base, head, None)
    registered = figures.of(name)
    less = registered.kind == "cost"
    gain = base - head if less else min(head, registered.enough) - min(base, registered.enough)
    step = registered.step * (abs(base) if registered.relative else 1)
    change: Change = "no difference shown"
    if abs(gain) > step:
        change = "better" if gain > 0 else "worse"
    return Figure(name, base, head, change)
