"""Where latency was measured, side by side: on the host by number of threads, on devices by configuration."""

import msgspec

from litemill.core.measured import Latency
from litemill.report import phones
from litemill.report.measures import amount
from litemill.report.phones import Found
from litemill.report.results import Results, Section
from litemill.report.tables import WIDE_SPREAD, threads


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


def targets(results: Results, section: Section) -> tuple[Target, ...]:
    """Give every target that a network's files were run on, the host's first."""
    return (*host(section), *_devices(results, section))


def host(section: Section) -> tuple[Target, ...]:
    """Give the host by number of threads; the interval goes from the median to the 95th percentile."""
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
    """Give devices by configuration; a figure that is no plain one of today's file is told in words alone."""
    found: dict[str, Target] = {}
    for one in phones.found(results, section):
        name = f"{one.target}, {one.figure.configuration.label}"
        target = found.setdefault(name, Target(name, {}, {}))
        if one.stale or one.figure.outcome != "measured" or one.figure.median_ms is None:
            target.failed[one.figure.artifact] = phones.cell(one)
        else:
            target.times[one.figure.artifact] = _of_device(one, one.figure.median_ms)
    return list(found.values())


def _of_device(one: Found, median_ms: float) -> Time:
    figure = one.figure
    low = median_ms if figure.low_ms is None else figure.low_ms
    high = median_ms if figure.high_ms is None else figure.high_ms
    doubt = "~" if (figure.spread or 0) > WIDE_SPREAD else ""
    note = f"{amount(low)} to {amount(high)}{', throttled' if figure.throttled else ''}"
    return Time(median_ms, low, high, f"{doubt}{amount(median_ms)}", note)
