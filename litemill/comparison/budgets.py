"""The head's budgets, and what came of them in both revisions."""

from collections.abc import Mapping

import msgspec

from litemill.analysis.budgets import Outcome
from litemill.dvc.revision import Revision
from litemill.ground import project
from litemill.render.table import Row, Table, numbers, words
from litemill.report import budgets
from litemill.settings.budgets import Budget

Kept = dict[str, dict[str, float]]


class Held(msgspec.Struct, frozen=True):
    """A budget in both revisions."""

    base: Outcome
    head: Outcome

    @property
    def telling(self) -> bool:
        """Whether a reviewer has to know: it is not kept, or is again."""
        return self.head.state != "kept" or self.base.state == "broken"


def held(settings: Mapping[str, Budget], base: Revision, head: Revision) -> tuple[Held, ...]:
    """Return the head's budgets with what both revisions' `reports/budgets.json` says of them."""
    before, after = _kept(base), _kept(head)
    return tuple(Held(_outcome(name, one, before), _outcome(name, one, after)) for name, one in settings.items())


def table(all_held: tuple[Held, ...]) -> Table:
    """Return a line for each budget that tells something."""
    rows = []
    for one in all_held:
        if one.telling:
            budget, state = one.head.budget, one.head.state
            values = (budgets.write(budget, side.value) for side in (one.base, one.head))
            cells = (one.head.name, budgets.subject(budget), *values, budgets.limit(budget, one.head.limit), state)
            rows.append(Row(cells, state != "kept"))
    return Table(words("budget", "of") + numbers("base", "head", "limit") + words("verdict"), tuple(rows))


def _kept(side: Revision) -> Kept:
    try:
        return msgspec.convert(side.yaml(project.BUDGETS), Kept)
    except msgspec.ValidationError:  # another version's
        return {}


def _outcome(name: str, budget: Budget, known: Kept) -> Outcome:
    """Return what a revision says of a budget; nothing where it had none of that name."""
    figures = known.get(name, {})
    return Outcome(name, budget, figures.get("limit"), figures.get("value"))
