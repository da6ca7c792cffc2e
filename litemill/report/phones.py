"""The report's tables of what was taken on devices, side by side; figures of other files than today's are marked."""

from collections.abc import Iterator

import msgspec

from litemill.core.device_records import Extent, Figure
from litemill.report.measures import amount
from litemill.report.results import Results, Section
from litemill.report.table import Row, Table, words
from litemill.report.tables import NONE, WIDE_SPREAD, title

EXTENTS: dict[Extent, str] = {"full": "fully", "partial": "partly", "none": "not delegated", "not_stated": "not stated"}


class Found(msgspec.Struct, frozen=True):
    """A figure of a target, and whether it is of another file, configuration or tool than today's."""

    target: str
    network: str
    figure: Figure
    stale: bool


def table(results: Results, section: Section) -> Table | None:
    """Give a network's latencies in ms with their intervals, a column a target; None where nothing is recorded."""
    found = list(taken(results, section))
    if not found:
        return None
    targets = tuple(results.params.targets)
    by_place = {(one.figure.artifact, one.figure.configuration.label, one.target): one for one in found}
    ways = dict.fromkeys(one.label for name in targets for one in results.params.targets[name].configurations)
    rows = []
    for result in section.results:
        for way in ways:
            cells = [cell(by_place.get((result.name, way, name))) for name in targets]
            if set(cells) != {NONE}:
                rows.append(Row((title(result), way, *cells), result.failing))
    return Table(words("file", "configuration", *(f"{name}, ms" for name in targets)), tuple(rows))


def handsets(results: Results) -> Table | None:
    """Say what the targets' devices are; None where nothing is recorded."""
    found = [one for section in results.sections for one in taken(results, section)]
    rows = dict.fromkeys(
        (one.target, one.figure.handset.model, one.figure.handset.soc, one.figure.handset.abi,
         one.figure.handset.android, one.figure.tool_sha256[:12])
        for one in found
    )  # fmt: skip
    columns = words("target", "model", "SoC", "ABI", "system", "tool's SHA-256")
    return Table(columns, tuple(Row(cells) for cells in rows)) if rows else None


def remarks(results: Results) -> list[str]:
    """Say of each figure that is no plain one why; figures of the same reason together."""
    by_reason: dict[str, list[str]] = {}
    for section in results.sections:
        for one in taken(results, section):
            if one.figure.reason and not one.stale:
                name = f"{one.target}, {one.network} {one.figure.artifact}, {one.figure.configuration.label}"
                by_reason.setdefault(one.figure.reason, []).append(name)
    return [f"{reason} ({'; '.join(names)})" for reason, names in by_reason.items()]


def cell(one: Found | None) -> str:
    """Write a figure: median and interval, `~` for a wide spread; what it is instead of a plain one ahead of it."""
    if one is None:
        return NONE
    figure = one.figure
    text = "failed" if figure.median_ms is None else _time(figure)
    if figure.outcome == "wrong":
        text = f"wrong output: {text}"
    if figure.outcome == "not_delegated":
        text = f"{figure.configuration.delegate} {EXTENTS[figure.delegation]}: {text}"
    if figure.throttled:
        text += ", throttled" + (f" ({100 * figure.drift:+.0f} %)" if figure.drift else "")
    return f"stale: {text}" if one.stale else text


def _time(figure: Figure) -> str:
    assert figure.median_ms is not None  # noqa: S101  one that failed has none, and is not written so
    doubt = "~" if (figure.spread or 0) > WIDE_SPREAD else ""
    known = figure.low_ms is not None and figure.high_ms is not None
    interval = f" ({amount(figure.low_ms or 0)} to {amount(figure.high_ms or 0)})" if known else ""
    return f"{doubt}{amount(figure.median_ms)}{interval}"


def taken(results: Results, section: Section) -> Iterator[Found]:
    """Give what is recorded of a network's files at hand, in the configurations of today."""
    at_hand = {result.name: result for result in section.results}
    for name, target in results.params.targets.items():
        record = results.phoned[name].get(section.name)
        today = {one.label: one for one in target.configurations}
        for figure in record.figures if record else ():
            way = today.get(figure.configuration.label)
            if figure.artifact in at_hand and way is not None:
                key = target.key(way, at_hand[figure.artifact].judged.sha256, results.params.tool)
                yield Found(name, section.name, figure, stale=key != figure.key)
