"""The budgets of `params.yaml`, held against what was measured."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from litemill.analysis import devices
from litemill.analysis.results import Results, Section
from litemill.settings.budgets import HOST, Budget
from litemill.settings.devices import Configuration

State = Literal["kept", "broken", "not measured"]


# figures of each file, by network and name; a latency under the place where it was taken
Figures = Mapping[str, Mapping[str, Mapping[str, float]]]


class Outcome(msgspec.Struct, frozen=True):
    """A budget and what came of it; limit and value are None where a figure that they need was not measured."""

    name: str
    budget: Budget
    limit: float | None
    value: float | None

    @property
    def state(self) -> State:
        """Kept only where there is a figure that says so."""
        if self.limit is None or self.value is None:
            return "not measured"
        kept = self.value <= self.limit if self.budget.most else self.value >= self.limit
        return "kept" if kept else "broken"


def outcomes(results: Results) -> tuple[Outcome, ...]:
    """Hold every budget against the records."""
    figures = {section.name: _figures(results, section) for section in results.sections}
    return tuple(_outcome(name, budget, figures, results) for name, budget in results.params.budgets.items())


def summary(outcomes: Iterable[Outcome]) -> dict[str, dict[str, float]]:
    """Return limits and values for git and `dvc metrics diff`; what was not measured is missing."""
    found: dict[str, dict[str, float]] = {}
    for one in outcomes:
        known = {"limit": one.limit, "value": one.value}
        found[one.name] = {"kept": int(one.state == "kept")} | {key: it for key, it in known.items() if it is not None}
    return found


def _outcome(name: str, budget: Budget, figures: Figures, results: Results) -> Outcome:
    """Hold one budget against the figures of the files that it is of."""
    key = f"{budget.registered.name} {budget.place}".strip()
    if budget.artifact:
        network, _, recipe = budget.artifact.partition("/")
        files = [(network, recipe)]
    else:
        files = [(one.name, choice.recipe) for one in results.sections for choice in one.recommended.choices
                 if choice.target == budget.recommended and choice.recipe]  # fmt: skip
    values = [figures[network].get(recipe, {}).get(key) for network, recipe in files]
    others = [figures[network].get(budget.times or "", {}).get(key) for network, _ in files]
    value, other = (_together(budget, found) for found in (values, others))
    if budget.times is None:
        return Outcome(name, budget, budget.limit, value)
    return Outcome(name, budget, None if other is None else budget.limit * other, value)


def _together(budget: Budget, values: list[float | None]) -> float | None:
    """Return what files have together: of a cost None where one is missing, of an accuracy of those that have it."""
    known = [value for value in values if value is not None]
    if not known or (budget.most and len(known) < len(values)):
        return None
    match budget.registered.together:
        case "sum":
            return sum(known)
        case "most":
            return max(known)
        case "least":
            return min(known)


def _figures(results: Results, section: Section) -> dict[str, dict[str, float]]:
    """Return the figures of a network's files; of a device those of today's files, measured as they should be."""
    found: dict[str, dict[str, float]] = {}
    for result in section.results:
        timed = {
            f"{name} {HOST}, {Configuration(threads=time.threads).label}": value
            for time in result.measured.latency
            for name, value in time.figures.items()
        }
        found[result.name] = result.figures | timed
    for one in devices.current(results, section):
        figure = one.figure
        if figure.outcome == "measured" and not one.stale:
            at = f"{one.target}, {figure.configuration.label}"
            taken = {"latency_ms": figure.median_ms, "p95_ms": figure.p95_ms}
            found[figure.artifact] |= {f"{name} {at}": value for name, value in taken.items() if value is not None}
    return found
