"""A figure from the processes that were measured."""

from collections.abc import Iterable, Sequence
from statistics import median

import msgspec

from litemill.bench.statistics import DRIFT, summarize
from litemill.benchmark_log.verdict import Run
from litemill.devices.journal import Taken
from litemill.devices.plan import CHECK, Item
from litemill.records.device import Condition, Device, Extent, Figure, Outcome, Process

LEAST_CAP = 0.99
EXTENTS = {"full": "fully", "partial": "partly", "none": "not", "not_stated": "it is not stated whether"}


def process(run: Run, position: int, before: Condition | None, after: Condition, waited_s: float) -> Process:
    """Return what a run of the tool said, in ms."""
    middle = run.median_us if run.median_us is not None else run.avg_us
    assert middle is not None  # noqa: S101  a run that is ok has its average
    return Process(
        position=position,
        median_ms=middle / 1e3,
        p95_ms=_ms(run.p95_us),
        runs=run.count,
        init_ms=_ms(run.init_us),
        memory_mb=run.memory_overall_mb,
        before=before,
        after=after,
        waited_s=waited_s,
    )


def figure(item: Item, taken: Sequence[Taken], handset: Device, tool_sha256: str, seed: int) -> Figure:
    """Put together what came of an item's steps; one that failed makes it a failure, whatever others said."""
    check = next((one for one in taken if one.process == CHECK), None)
    timed = [one for one in taken if one.process != CHECK]
    outcome, reason = _outcome(item, timed, check)
    delegate = timed[0] if timed else None
    plain = Figure(
        item.key, item.artifact, item.sha256, item.configuration, outcome, handset, tool_sha256, seed, reason,
        delegate.delegate if delegate else None, _extent(timed), baseline=item.baseline,
        accuracy=check.accuracy if check else {},
    )  # fmt: skip
    return plain if outcome == "failed" else _with_times(plain, [one.timed for one in timed if one.timed])


def _outcome(item: Item, timed: Sequence[Taken], check: Taken | None) -> tuple[Outcome, str]:
    failures = [one.reason for one in timed if one.timed is None]
    if failures:
        return "failed", failures[0]
    if check and check.wrong:
        return "wrong", check.wrong
    extent, asked = _extent(timed), item.configuration.delegate
    strangers = {one.delegate for one in timed} - {asked}
    if asked and (extent != "full" or strangers):
        return "not_delegated", f"{asked} was asked for; {EXTENTS[extent]} delegated" + (
            f", to {', '.join(sorted(filter(None, strangers)))}" if any(strangers) else ""
        )
    return "measured", check.reason if check else ""


def _extent(timed: Sequence[Taken]) -> Extent:
    """Return the least that any process delegated."""
    worst_first: tuple[Extent, ...] = ("not_stated", "none", "partial", "full")
    return min((one.delegation for one in timed), key=worst_first.index, default="not_stated")


def _with_times(plain: Figure, processes: Sequence[Process]) -> Figure:
    summary = summarize([one.median_ms for one in processes])
    states = [state for one in processes for state in (one.before, one.after) if state]
    held = any((state.thermal_status or 0) > 0 or (state.frequency_cap or 1) < LEAST_CAP for state in states)
    return msgspec.structs.replace(
        plain,
        median_ms=summary.median_ms,
        low_ms=summary.low_ms,
        high_ms=summary.high_ms,
        spread=summary.spread,
        drift=summary.drift,
        throttled=held or summary.drift > DRIFT,
        p95_ms=_median(one.p95_ms for one in processes),
        init_ms=_median(one.init_ms for one in processes),
        memory_mb=_median(one.memory_mb for one in processes),
        processes=tuple(processes),
    )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _ms(microseconds: float | None) -> float | None:
    return None if microseconds is None else microseconds / 1e3
