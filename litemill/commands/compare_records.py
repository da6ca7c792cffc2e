"""Compare two records of a device: faster, slower, or no difference shown."""

from pathlib import Path

from litemill.bench.statistics import compare
from litemill.ground.errors import RecordError
from litemill.records import store
from litemill.records.device import DeviceRecord, Figure
from litemill.render.table import Row, Table, numbers, terminal, words


def compare_records(before: str, after: str, /) -> str:
    """Compare two records of a network on a device, figure by figure."""
    first, second = (by_way(Path(path)) for path in (before, after))
    rows = [Row((*way, *compared(first[way], second[way]))) for way in first if way in second]
    if not rows:
        raise RecordError(f"{before} and {after}: have no file and configuration in common",
                          remedy="give two records of one network")  # fmt: skip
    columns = words("file", "configuration", "outcome") + numbers("before, ms", "after, ms", "ratio (interval)")
    return terminal(Table(columns, tuple(rows)))


def by_way(path: Path) -> dict[tuple[str, str], Figure]:
    """Return a record's figures by file and configuration."""
    return {(one.artifact, one.configuration.label): one for one in store.load(path, DeviceRecord).figures}


def compared(first: Figure, second: Figure) -> tuple[str, str, str, str]:
    """Write how the second of two figures stands to the first."""
    times = (milliseconds(first), milliseconds(second))
    for one, when in ((first, "before"), (second, "after")):
        if one.outcome != "measured":
            return (f"{one.outcome.replace('_', ' ')} {when}", *times, "-")
    if first.handset.model != second.handset.model:
        return ("another device", *times, "-")
    found = compare(*([process.median_ms for process in one.processes] for one in (first, second)))
    interval = "one process" if found.low is None else f"{found.low:.3f} to {found.high:.3f}"
    return (found.change, *times, f"{found.ratio:.3f} ({interval})")


def milliseconds(figure: Figure) -> str:
    """Write a figure's median, if it has one."""
    return "-" if figure.median_ms is None else f"{figure.median_ms:.4g}"
