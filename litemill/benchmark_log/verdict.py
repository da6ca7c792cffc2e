"""The verdict on one run: its figures, or why there are none."""

import msgspec

from litemill.benchmark_log.delegation import Extent
from litemill.benchmark_log.evidence import Evidence
from litemill.benchmark_log.figures import Doubt, Phase, Summary, near

_PHASES = 2  # warm-up and timed


_Roles = tuple[Phase | None, Phase | None]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run of the tool, as far as its log states it; times in microseconds, memory in MB.

    Without `ok` there is a `reason` and no figure. `delegation` is how much of the graph `delegate` took.

    Examples
    --------
    >>> import litemill
    >>> litemill.Run(ok=False, reason="no result").avg_us is None
    True
    """

    ok: bool
    reason: str | None = None
    avg_us: float | None = None
    count: int | None = None
    min_us: float | None = None
    max_us: float | None = None
    std_us: float | None = None
    median_us: float | None = None
    p95_us: float | None = None
    init_us: float | None = None
    first_us: float | None = None
    warmup_avg_us: float | None = None
    memory_init_mb: float | None = None
    memory_overall_mb: float | None = None
    delegate: str | None = None
    delegation: Extent = "not_stated"


def judge(evidence: Evidence) -> Run:
    """Return a run's figures, or refuse: for a failure, a contradiction, or where no result is stated."""
    delegate, delegation = evidence.delegates.verdict()
    reason = evidence.failures.reason()
    if not evidence.failures.fatal:
        try:
            return _believed(evidence, delegate, delegation)
        except Doubt as doubt:
            evidence.doubt = str(doubt)
            reason = f"refused: {doubt}"
        except LookupError as lack:
            reason = reason or str(lack.args[0])
    return Run(ok=False, reason=reason or "failed", delegate=delegate, delegation=delegation)


def _believed(evidence: Evidence, delegate: str | None, delegation: Extent) -> Run:
    """Put the figures together that agree with each other."""
    if evidence.doubt:
        raise Doubt(evidence.doubt)
    stated, session = evidence.summary or Summary(), evidence.session
    if stated.init is not None and session and not near(stated.init, session.us):
        raise Doubt("the initialisation is stated twice, and differs")
    warm, timed = _roles(evidence, stated)
    first, warmup = (warm.first, warm.avg) if warm else (None, None)
    timed = timed or Phase()
    avg = stated.avg if stated.avg is not None and (stated.sure or near(stated.avg, timed.avg)) else timed.avg
    if avg is None:
        raise LookupError(_lack(evidence))
    return Run(
        ok=True, avg_us=avg, count=timed.count, min_us=timed.min, max_us=timed.max, std_us=timed.std,
        median_us=timed.median, p95_us=timed.p95,
        init_us=stated.init if stated.init is not None else session.us if session and session.exact else None,
        first_us=stated.first or first, warmup_avg_us=stated.warmup or warmup,
        memory_init_mb=evidence.memory.get("init"), memory_overall_mb=evidence.memory.get("overall"),
        delegate=delegate, delegation=delegation,
    )  # fmt: skip


def _roles(evidence: Evidence, stated: Summary) -> _Roles:
    """Tell the warm-up's statistics from the timed phase's."""
    if sum(found is None for found in evidence.phases.values()) > _PHASES:
        raise Doubt("more than two phases: lines of more than one run are mixed")
    whole = [found for found in evidence.phases.values() if found and found.avg is not None]
    if stated.avg is not None and (stated.sure or any(near(found.avg, stated.avg) for found in whole)):
        warm, timed = _by_summary(whole, stated)
    else:
        warm, timed = _by_order(list(evidence.phases.values()), stated)
        if (evidence.closed or evidence.after_a_stump) and "Inference" not in evidence.runs:
            timed = None  # the summary got lost among other lines, or they are another run's
    for found, name in ((warm, "Warmup"), (timed, "Inference")):
        if found and evidence.runs.get(name, found.count) != found.count:
            raise Doubt("the number of runs is stated twice, and differs")
    if warm and stated.first is not None and not near(warm.first, stated.first):
        raise Doubt("the first inference is stated twice, and differs")
    return warm, timed


def _by_summary(whole: list[Phase], stated: Summary) -> _Roles:
    """Tell the phases by the averages that the summary repeats."""
    known = [(found, near(found.avg, stated.warmup), near(found.avg, stated.avg)) for found in whole]
    known = [entry for entry in known if entry[0].sure or entry[1] or entry[2]]  # what is left may be cut
    match known:
        case []:
            return None, None
        case [(found, False, True)]:
            return None, found
        case [(found, True, False)]:
            return found, None
        case [(found, True, True)]:
            told = stated.first is not None and not near(found.first, stated.first)
            return None, found if told else None
        case [(warm, True, _), (timed, _, True)]:
            return warm, timed
        case _:
            raise Doubt("statistics that the summary doesn't repeat: lines of more than one run are mixed")


def _by_order(phases: list[Phase | None], stated: Summary) -> _Roles:
    """Tell the phases by their headers, where nothing sums the run up: both must be there, in order."""
    match phases:
        case [None, Phase() as warm, None, Phase() as timed] if timed.avg is not None and timed.sure:
            if stated.warmup is not None and warm.avg is not None and not near(warm.avg, stated.warmup):
                raise Doubt("the warm-up is stated twice, and differs")
            return warm if warm.sure else None, timed
    return None, None


def _lack(evidence: Evidence) -> str:
    """Say what is missing."""
    if not evidence.begun:
        return "no line of the benchmark tool in it"
    if evidence.summary and evidence.summary.avg is not None:
        return "no result: the average may be cut off, and nothing repeats it"
    if any(evidence.phases.values()):
        return "no result: nothing shows that the timed phase was finished"
    return "no result: the log ends before a phase was timed"
