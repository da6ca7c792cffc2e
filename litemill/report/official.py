"""Our files against the officially published ones, which were judged on the same pictures and timed in the same run."""

from litemill import figures
from litemill.analysis.results import Result, Results, Section
from litemill.render.table import Row, Table, numbers, words
from litemill.report import tables
from litemill.report.recommended import candidate, shipped_for

TITLES = ("latency", "bytes", "peak memory", "its accuracy", "ours")


def against(results: Results) -> Table | None:
    """Return each official file against those of ours that are on the front or shipped; None without official files.

    Latency at one thread, bytes and peak memory are ours as a share of the official file's: less is better.
    """
    rows = [
        Row((section.name, official.name, ours.name + _shipped(section, ours), *_shares(ours, official)))
        for section in results.sections
        for official in section.results
        if official.official
        for ours in section.ours
        if _worth(section, ours)
    ]
    return Table(words("network", "official file", "ours") + numbers(*TITLES), tuple(rows)) if rows else None


def _worth(section: Section, ours: Result) -> bool:
    weighed = candidate(section, ours)
    return bool(shipped_for(section, ours)) or (weighed is not None and weighed.on_front)


def _shipped(section: Section, ours: Result) -> str:
    targets = shipped_for(section, ours)
    return f" (shipped for {' and '.join(targets)})" if targets else ""


def _shares(ours: Result, official: Result) -> tuple[str, ...]:
    first, second = ours.figures["peak_memory_mb"], official.figures["peak_memory_mb"]
    return (
        _latency(ours, official),
        _share(ours.judged.size_bytes, official.judged.size_bytes),
        _share(first, second),
        figures.sentence(official.judged.metrics),
        figures.sentence(ours.judged.metrics),
    )


def _latency(ours: Result, official: Result) -> str:
    """Write the ratio of the medians; `~` marks that one of them spreads widely."""
    first, second = ours.latency(1), official.latency(1)
    if first is None or second is None:
        return tables.NONE
    doubt = "~" if max(first.spread, second.spread) > tables.WIDE_SPREAD else ""
    return doubt + _share(first.median_ms, second.median_ms)


def _share(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.2f}" if theirs else tables.NONE
