"""A comparison in tables of text, for any kind of page."""

from collections.abc import Sequence

from litemill.comparison.changes import SIZE, Artifact, Figure
from litemill.comparison.comparison import Compared, Comparison
from litemill.report import measures
from litemill.report.table import Row, Table, numbers, words

NONE = "-"
LONGEST = 60


def settings(comparison: Comparison) -> Table:
    """Give the settings that differ."""
    rows = (Row((one.key, _value(one.base), _value(one.head))) for one in comparison.settings)
    return Table(words("setting", "base", "head"), tuple(rows))


def artifacts(comparison: Comparison) -> Table:
    """Give the artifacts that differ: bytes, accuracy and latency, each with its verdict."""
    rows = []
    for compared in comparison.artifacts:
        one = compared.artifact
        by_name = {figure.name: figure for figure in one.figures}
        near = measures.main({name: 0 for name in by_name if name != SIZE}) if len(by_name) > 1 else ""
        cells = (
            one.name, one.status, _figure(by_name.get(SIZE)), _figure(by_name.get(near)),
            latency(comparison, compared), "within" if one.within else "outside",
        )  # fmt: skip
        rows.append(Row(cells, not one.within and one.status != "removed"))
    columns = words("artifact", "what") + numbers("bytes", "accuracy") + words("latency, 1 thread", "tolerance")
    return Table(columns, tuple(rows))


def latency(comparison: Comparison, compared: Compared) -> str:
    """Say how the latency changed, where both sides were measured in one run."""
    if compared.artifact.status != "changed":
        return NONE
    if compared.timing is None:
        return "not comparable" if not comparison.remeasured else NONE
    one = compared.timing
    return f"x{one.ratio:.3f} ({one.low:.3f} to {one.high:.3f}): {one.change}"


def counts(artifacts: Sequence[Artifact]) -> str:
    """Say how many artifacts were added, removed and changed."""
    found = {status: sum(one.status == status for one in artifacts) for status in ("changed", "added", "removed")}
    return ", ".join(f"{count} {status}" for status, count in found.items() if count) or "none changed"


def _figure(figure: Figure | None) -> str:
    if figure is None:
        return NONE
    if figure.name == SIZE:
        both = [f"{int(value):,}" for value in (figure.base, figure.head)]
        share = f" ({figure.head / figure.base - 1:+.1%})" if figure.base else ""
    else:
        both = [measures.write(figure.name, value) for value in (figure.base, figure.head)]
        share = ""
    if figure.base == figure.head:
        return both[0]
    return f"{both[0]} → {both[1]}{share}: {figure.change}"


def _value(value: object) -> str:
    """Write a setting in a line, a long one cut."""
    text = NONE if value is None else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
