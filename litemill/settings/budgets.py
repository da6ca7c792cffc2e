"""What files may cost at most, or must reach at least: the budgets of `params.yaml`."""

from collections.abc import Collection, Mapping
from typing import Annotated

import msgspec

from litemill import figures
from litemill.figures import Figure
from litemill.ground.errors import SettingsError
from litemill.settings import reader
from litemill.settings.recommend import Target

Names = Mapping[str, Collection[str]]


Positive = Annotated[float, msgspec.Meta(gt=0)]


HOST = "host"


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A limit on one figure of a file, or of all that is shipped.

    Parameters
    ----------
    figure
        What is limited: a cost (`bytes`, `latency_ms`, `peak_memory_mb`, ...), or an accuracy against the original, as
        tolerances name it.
    artifact
        NETWORK/RECIPE.
    recommended
        Instead of an artifact: the files that are shipped for a target, one a network. Their bytes and latencies add
        up, of memory the most counts; of an accuracy the least, over the networks that have it.
    most, least
        Of a cost the most, of an accuracy the least.
    times
        A recipe, or an official file, of the same network: the limit is a multiple of its figure.
    target, configuration
        Of `latency_ms` or `p95_ms`: `host` or one of `targets`, and how it is measured there, such as `cpu x2`.
    """

    figure: Annotated[str, msgspec.Meta(extra_json_schema={"enum": sorted(figures.budgeted())})]
    artifact: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_]+/[A-Za-z0-9_]+$")] | None = None
    recommended: Target | None = None
    most: Positive | None = None
    least: Positive | None = None
    times: str | None = None
    target: str = HOST
    configuration: str = "cpu x1"

    def __post_init__(self) -> None:
        if (self.artifact is None) == (self.recommended is None):
            raise ValueError("either artifact or recommended must be given")
        if self.figure not in figures.budgeted():
            raise ValueError(f"unknown figure {self.figure!r}, {reader.nearest(self.figure, figures.budgeted())}")
        costs = self.registered.kind == "cost"
        if (self.most is not None, self.least is not None) != (costs, not costs):
            raise ValueError(f"{self.figure} needs {'most' if costs else 'least'} and no other limit")

    @property
    def registered(self) -> Figure:
        """Its figure."""
        return figures.budgeted()[self.figure]

    @property
    def limit(self) -> float:
        """The most or the least."""
        return self.most or self.least or 0.0

    @property
    def of(self) -> str:
        """What it limits, in words."""
        return self.artifact or f"recommended for {self.recommended}"

    @property
    def place(self) -> str:
        """Where its figure is taken; empty for what no place changes."""
        return f"{self.target}, {self.configuration}" if self.registered.places else ""


def check(where: str, budgets: Mapping[str, Budget], files: Names, places: Names) -> None:
    """Hold what budgets name against what there is.

    Parameters
    ----------
    where
        The file that is read.
    budgets
        By name.
    files
        A network's recipes and official files.
    places
        A target's configurations, by their labels.

    Raises
    ------
    SettingsError
        A name that does not exist, with the nearest one.
    """
    for name, budget in budgets.items():
        at = f"{where}: budgets.{name}"
        network, _, recipe = (budget.artifact or "").partition("/")
        if budget.artifact:
            reader.require(network, files, f"{at}.artifact", "network")
            reader.require(recipe, files[network], f"{at}.artifact", f"recipe of {network}")
        if budget.times:
            known = files[network] if network else set.intersection(*map(set, files.values()))
            reader.require(budget.times, known, f"{at}.times", "file")
        if budget.registered.places:
            reader.require(budget.target, places, f"{at}.target", "target")
            reader.require(budget.configuration, places[budget.target], f"{at}.configuration", "configuration")
        elif (budget.target, budget.configuration) != (HOST, "cpu x1"):
            raise SettingsError(f"{at}: {budget.figure} is the same everywhere", remedy="remove target, configuration")
