"""The budgets of `params.yaml` in words, and as a table."""

from collections.abc import Iterable

from litemill.analysis.budgets import Outcome
from litemill.render.table import Row, Table, numbers, words
from litemill.settings.budgets import Budget


def table(outcomes: Iterable[Outcome]) -> Table:
    """Return a line a budget."""
    rows = []
    for one in outcomes:
        figures = write(one.budget, one.value), limit(one.budget, one.limit)
        rows.append(Row((one.name, subject(one.budget), *figures, one.state), one.state != "kept"))
    return Table(words("budget", "of") + numbers("value", "limit") + words("verdict"), tuple(rows))


def said(one: Outcome) -> str:
    """Say in a line what came of a budget."""
    found = f"{write(one.budget, one.value)}, {limit(one.budget, one.limit)}: " if one.state != "not measured" else ""
    return f"budget {one.name}: {subject(one.budget)}: {found}{one.state}"


def subject(budget: Budget) -> str:
    """Say what a budget limits."""
    return f"{budget.of} {budget.figure}{f' ({budget.place})' if budget.place else ''}"


def write(budget: Budget, value: float | None) -> str:
    """Write a value of a budget's figure as tables do."""
    if value is None:
        return "-"
    return budget.registered.write(value)


def limit(budget: Budget, value: float | None) -> str:
    """Write a budget's limit, and what it is a multiple of."""
    bound, multiple = "at most" if budget.most else "at least", f"{budget.limit:g} x {budget.times}"
    if budget.times is None:
        return f"{bound} {write(budget, budget.limit)}"
    return f"{bound} {multiple}" if value is None else f"{bound} {write(budget, value)} ({multiple})"
