"""A comparison in tables of text, for any kind of page."""

from collections.abc import Mapping, Sequence

import msgspec

from litemill.analysis import budgets
from litemill.analysis.budgets import Outcome
from litemill.analysis.changes import SIZE, Artifact, Figure
from litemill.comparison.compare import NOT_COMPARABLE, Compared, Comparison
from litemill.dvc.revision import Revision
from litemill.ground import project
from litemill.render.table import Row, Table, numbers, words
from litemill.report import measures
from litemill.settings.budgets import Budget

NONE = "-"


LONGEST = 60


CHANGES = {"faster": "better", "slower": "worse", "no difference shown": "no difference shown"}


def settings(comparison: Comparison) -> Table:
    """Give the settings that differ."""
    rows = (Row((one.key, _value(one.base), _value(one.head))) for one in comparison.settings)
    return Table(words("setting", "base", "head"), tuple(rows))


def artifacts(comparison: Comparison) -> Table:
    """Give the artifacts that differ: bytes, accuracy and latency, each with its verdict; the worst first."""
    ordered = sorted(comparison.artifacts, key=lambda one: (not one.artifact.failing, not _worse(one)))
    rows = (Row((one.artifact.name, *_cells(one)), one.artifact.failing) for one in ordered)
    columns = words("artifact", "what") + numbers("bytes", "accuracy") + words("latency, 1 thread", "tolerance")
    return Table(columns, tuple(rows))


def cut(table: Table, rows: int) -> Table:
    """Give a table's first rows, and in one more how many are left out."""
    more = len(table.rows) - rows
    if more <= 0:
        return table
    last = Row((f"and {more} more", *[""] * (len(table.columns) - 1)))
    return msgspec.structs.replace(table, rows=(*table.rows[:rows], last))


def counts(comparison: Comparison) -> str:
    """Say how many artifacts were added, removed and changed, and how many are the same."""
    found: Sequence[Artifact] = [one.artifact for one in comparison.artifacts]
    by_status = {status: sum(one.status == status for one in found) for status in ("changed", "added", "removed")}
    told = ", ".join(f"{count} {status}" for status, count in by_status.items() if count) or "none changed"
    return f"{told}, {comparison.same} the same"


def notes(comparison: Comparison) -> list[str]:
    """Say what a reader has to know of the figures."""
    found = []
    if comparison.stale:
        stages = "1 stage" if comparison.stale == 1 else f"{comparison.stale} stages"
        found.append(f"{stages} ran with other settings than params.yaml has now: make repro")
    if any(one.untimed == NOT_COMPARABLE for one in comparison.artifacts):
        command = f"make compare BASE={comparison.base} REMEASURE=1"
        found.append(f"Latencies of two runs are not comparable: {command} measures both sides in turn.")
    if comparison.unknown:
        found.append("A side has no lock of DVC's: files are told apart by their figures alone.")
    undrawn = [network for network, grid in comparison.pictures.items() if grid is None]
    if undrawn:
        found.append(f"No pictures of {', '.join(undrawn)}: what both sides' files said is not in DVC's cache.")
    return found


def budgets_kept(comparison: Comparison) -> str:
    """Say how many budgets are kept; nothing without budgets."""
    kept = sum(one.head.state == "kept" for one in comparison.budgets)
    return f"{kept} of {len(comparison.budgets)} budgets kept" if comparison.budgets else ""


def _cells(compared: Compared) -> tuple[str, ...]:
    one = compared.artifact
    size = next((figure for figure in one.figures if figure.name == SIZE), None)
    accuracy = [figure for figure in one.figures if figure.name != SIZE]
    near = measures.main({figure.name: 0 for figure in accuracy}) if accuracy else ""
    # the task's main figure, and what else tells a difference
    told = [figure for figure in accuracy if figure.name == near or figure.change in ("better", "worse")]
    within = {True: "within", False: "outside", None: NONE}[one.within]
    what = "judged otherwise" if one.same_file else one.status
    said = "; ".join(f"{measures.measure(figure.name).title} {_accuracy(figure)}" for figure in told)
    return what, _size(size), said or NONE, _latency(compared), within


def _worse(compared: Compared) -> bool:
    return compared.artifact.worse or (compared.timing is not None and compared.timing.change == "slower")


def _latency(compared: Compared) -> str:
    """Say how the latency changed, where both sides were measured in one run; else why that is not said."""
    one = compared.timing
    if one is None:
        return compared.untimed or NONE
    return f"x{one.ratio:.3f} ({one.low:.3f} to {one.high:.3f}): {CHANGES[one.change]}"


def _size(figure: Figure | None) -> str:
    if figure is None:
        return NONE
    share = f" ({figure.head / figure.base - 1:+.2%})" if figure.base and figure.head is not None else ""
    return _change(figure, [f"{int(value):,}" for value in (figure.base, figure.head) if value is not None], share)


def _accuracy(figure: Figure) -> str:
    return _change(figure, [measures.write(figure.name, one) for one in (figure.base, figure.head) if one is not None])


def _change(figure: Figure, sides: list[str], share: str = "") -> str:
    """Write a figure once where both sides, or only one, have it so."""
    if figure.change is None or figure.base == figure.head:
        return sides[-1]
    both = sides[0] if sides[0] == sides[1] else f"{sides[0]} → {sides[1]}{share}"
    return f"{both}: {figure.change}"


def _value(value: object) -> str:
    """Write a setting in a line, a long one cut."""
    text = NONE if value is None else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


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
    """Give the head's budgets with what both revisions' `reports/budgets.json` says of them."""
    before, after = _kept(base), _kept(head)
    return tuple(Held(_outcome(name, one, before), _outcome(name, one, after)) for name, one in settings.items())


def table(all_held: tuple[Held, ...]) -> Table:
    """Give a line for each budget that tells something."""
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
    """Give what a revision says of a budget; nothing where it had none of that name."""
    figures = known.get(name, {})
    return Outcome(name, budget, figures.get("limit"), figures.get("value"))
