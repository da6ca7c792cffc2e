"""The report's tables of what was taken on devices, and of where latency was measured."""

import msgspec

from litemill.analysis.devices import DeviceFigure, current
from litemill.analysis.results import Results, Section
from litemill.figures import amount
from litemill.records.cost import Latency
from litemill.records.device import Extent, Figure
from litemill.render.table import Row, Table, words
from litemill.report.tables import NONE, WIDE_SPREAD, threads, title

EXTENTS: dict[Extent, str] = {"full": "fully", "partial": "partly", "none": "not delegated", "not_stated": "not stated"}


def table(results: Results, section: Section) -> Table | None:
    """Return a network's latencies in ms with their intervals, a column a target; None where nothing is recorded."""
    taken = list(current(results, section))
    if not taken:
        return None
    targets = tuple(results.params.targets)
    by_place = {(one.figure.artifact, one.figure.configuration.label, one.target): one for one in taken}
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
    taken = [one for section in results.sections for one in current(results, section)]
    rows = dict.fromkeys(
        (one.target, one.figure.handset.model, one.figure.handset.soc, one.figure.handset.abi,
         one.figure.handset.android, one.figure.tool_sha256[:12])
        for one in taken
    )  # fmt: skip
    columns = words("target", "model", "SoC", "ABI", "system", "tool's SHA-256")
    return Table(columns, tuple(Row(cells) for cells in rows)) if rows else None


def remarks(results: Results) -> list[str]:
    """Say of each figure that is no plain one why; figures of the same reason together."""
    by_reason: dict[str, list[str]] = {}
    for section in results.sections:
        for one in current(results, section):
            if one.figure.reason and not one.stale:
                name = f"{one.target}, {one.network} {one.figure.artifact}, {one.figure.configuration.label}"
                by_reason.setdefault(one.figure.reason, []).append(name)
    return [f"{reason} ({'; '.join(names)})" for reason, names in by_reason.items()]


def cell(one: DeviceFigure | None) -> str:
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


class Time(msgspec.Struct, frozen=True):
    """A latency in milliseconds: the median, its interval, and both in words."""

    median_ms: float
    low_ms: float
    high_ms: float
    text: str
    note: str


class Target(msgspec.Struct, frozen=True):
    """One way to run a network's files: its name, what was timed, and in words what was not to be timed, by file."""

    name: str
    times: dict[str, Time]
    failed: dict[str, str] = {}


def by_target(results: Results, section: Section) -> tuple[Target, ...]:
    """Return every target that a network's files were run on, the host's first."""
    return (*host(section), *_devices(results, section))


def host(section: Section) -> tuple[Target, ...]:
    """Return the host by number of threads; the interval goes from the median to the 95th percentile."""
    counts = sorted({time.threads for one in section.results for time in one.measured.latency})
    found = []
    for count in counts:
        times = {one.name: _of_host(time) for one in section.results if (time := one.latency(count)) is not None}
        found.append(Target(f"host, {threads(count)}", times))
    return tuple(found)


def _of_host(time: Latency) -> Time:
    doubt = "~" if time.spread > WIDE_SPREAD else ""
    note = f"p95 {amount(time.p95_ms)}, spread {100 * time.spread:.0f} %"
    return Time(time.median_ms, time.median_ms, time.p95_ms, f"{doubt}{amount(time.median_ms)}", note)


def _devices(results: Results, section: Section) -> list[Target]:
    """Return devices by configuration; a figure that is no plain one of today's file is told in words alone."""
    found: dict[str, Target] = {}
    for one in current(results, section):
        name = f"{one.target}, {one.figure.configuration.label}"
        target = found.setdefault(name, Target(name, {}, {}))
        if one.stale or one.figure.outcome != "measured" or one.figure.median_ms is None:
            target.failed[one.figure.artifact] = cell(one)
        else:
            target.times[one.figure.artifact] = _of_device(one, one.figure.median_ms)
    return list(found.values())


def _of_device(one: DeviceFigure, median_ms: float) -> Time:
    figure = one.figure
    low = median_ms if figure.low_ms is None else figure.low_ms
    high = median_ms if figure.high_ms is None else figure.high_ms
    doubt = "~" if (figure.spread or 0) > WIDE_SPREAD else ""
    note = f"{amount(low)} to {amount(high)}{', throttled' if figure.throttled else ''}"
    return Time(median_ms, low, high, f"{doubt}{amount(median_ms)}", note)
