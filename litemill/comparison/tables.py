"""A comparison in tables of text, for any kind of page."""

from collections.abc import Sequence

import msgspec

from litemill import figures
from litemill.analysis.changes import SIZE, Artifact, Figure
from litemill.comparison.compare import NOT_COMPARABLE, Compared, Comparison
from litemill.render.table import Row, Table, numbers, words

NONE = "-"


LONGEST = 60


CHANGES = {"faster": "better", "slower": "worse", "no difference shown": "no difference shown"}


def settings(comparison: Comparison) -> Table:
    """Return the settings that differ."""
    rows = (Row((one.key, _value(one.base), _value(one.head))) for one in comparison.settings)
    return Table(words("setting", "base", "head"), tuple(rows))


def artifacts(comparison: Comparison) -> Table:
    """Return the artifacts that differ: bytes, figures and latency with their verdicts; the worst first."""
    ordered = sorted(comparison.artifacts, key=lambda one: (not one.artifact.failing, not _worse(one)))
    rows = (Row((one.artifact.name, *_cells(one)), one.artifact.failing) for one in ordered)
    columns = words("artifact", "what") + numbers("bytes", "figures") + words("latency, 1 thread", "tolerance")
    return Table(columns, tuple(rows))


def cut(table: Table, rows: int) -> Table:
    """Return a table's first rows, and in one more how many are left out."""
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
    others = [figure for figure in one.figures if figure.name != SIZE]
    accuracy = [figure.name for figure in others if figures.of(figure.name).kind == "accuracy"]
    near = figures.main(dict.fromkeys(accuracy, 0)) if accuracy else ""
    # the task's main figure, and what else tells a difference
    told = [figure for figure in others if figure.name == near or figure.change in ("better", "worse")]
    within = {True: "within", False: "outside", None: NONE}[one.within]
    what = "judged otherwise" if one.same_file else one.status
    said = "; ".join(f"{figures.of(figure.name).heading} {_written(figure)}" for figure in told)
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


def _written(figure: Figure) -> str:
    return _change(figure, [figures.write(figure.name, one) for one in (figure.base, figure.head) if one is not None])


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
