"""Figures of the tool: a phase's statistics, the summary of a run, its memory."""

import math
import re

import msgspec

from litemill.benchmark_log.lines import NO_TIME, NUMBER, megabytes, number, unclipped

TOLERANCE = 1e-5  # averages are printed with six digits


_FIELD = re.compile(rf"(\w+)=({NUMBER})(\(all same\))?(?:\s+|$)")


_MANY = ("count", "first", "curr", "min", "max", "avg", "std", "p5", "median", "p95")


_SAME = ("count", "curr", "p5", "median", "p95")


_SUMMARY = re.compile(r"(?:Inference|Average inference) timings in us: *(.*)")


_PAIR = re.compile(rf"([A-Za-z][A-Za-z ()]*?): ({NUMBER})(?:(,)\s*|\s*$)")


_LABELS = {
    "Init": "init",
    "First inference": "first",
    "Warmup": "warmup",
    "Warmup (avg)": "warmup",
    "Inference": "avg",
    "Inference (avg)": "avg",
    "no stats": "avg",
}


_BOTH = re.compile(
    rf"(?:Memory footprint delta from the start of the tool|Peak memory footprint) \(MB\): "
    rf"init=({NUMBER}) (?:overall=({NUMBER})$)?"
)


_PART = re.compile(
    rf"(?:\[(?P<phase>Init|Overall)(?: Phase)?\] - Memory usage: max resident set size ="
    rf"|(?P<kind>Init|Overall) footprint:)\s*({NUMBER}) MB(?!\w)"
)


_SESSION = re.compile(rf"Initialized session in ({NUMBER}) ?ms")


class Doubt(Exception):  # noqa: N818 - it is no error but a reason to refuse
    """The figures contradict each other, or nothing shows whose they are."""


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """Statistics of one phase, times in microseconds; `avg` is None where the line is cut."""

    count: int | None = None
    first: float | None = None
    min: float | None = None
    max: float | None = None
    avg: float | None = None
    std: float | None = None
    median: float | None = None
    p95: float | None = None
    sure: bool = True  # False: a lone figure at the line's end that might be cut


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What the tool says of a run in one line, in microseconds."""

    init: float | None = None
    first: float | None = None
    warmup: float | None = None
    avg: float | None = None
    sure: bool = True  # False: `avg` might be cut


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Microseconds that initialisation took; not `exact` where the tool rounded them."""

    us: float
    exact: bool


def near(one: float | None, other: float | None) -> bool:
    """Whether two figures are the same one, rounded to six digits or not."""
    return one is not None and other is not None and math.isclose(one, other, rel_tol=TOLERANCE)


def phase(text: str) -> Phase | None:
    """Read a line of statistics; None if it is none.

    Raises
    ------
    Doubt
        A figure in it is no time, or it can't be true beside the others.
    """
    if not text.startswith("count="):
        return None
    if NO_TIME.search(text):
        raise Doubt(f"no times: {text}")
    found: dict[str, str] = {}
    position, same = 0, False
    while match := _FIELD.match(text, position):
        found[match[1]], position, same = match[2], match.end(), same or bool(match[3])
    names = tuple(found)
    if names == _SAME[: len(names)] and "curr" in found:
        return _same(found, same=same, intact=position < len(text) or len(found) > 2 or same)  # noqa: PLR2004
    if names != _MANY[: len(names)] or "std" not in found:
        return Phase(count=0 if text == "count=0" else None)
    return _many(found, cut=position == len(text))


def _same(found: dict[str, str], *, same: bool, intact: bool) -> Phase:
    """Read the short form: one run, or several of the same time."""
    count, value = _count(found["count"]), number(found["curr"])
    if not same and count != 1:
        raise Doubt(f"{count} runs with one time")
    percentile = value if "median" in found else None
    return Phase(
        count=count, first=value, min=value, max=value, avg=value, std=0 if same else None,
        median=percentile, p95=percentile, sure=intact,
    )  # fmt: skip


def _many(found: dict[str, str], *, cut: bool) -> Phase:
    """Read the long form, and hold its figures against each other."""
    count = _count(found["count"])
    value = {name: number(text) for name, text in found.items()}
    last = next(reversed(found)) if cut else ""
    low, high = value["min"], value["max"]
    room = TOLERANCE * high + 1e-9
    kept = [name for name in _MANY[1:] if name in value and name not in {"std", "p95", last}]
    outside = [name for name in kept if not low - room <= value[name] <= high + room]
    ranks = [value[name] for name in ("p5", "median", "p95") if name in value and name != last]
    if outside or ranks != sorted(ranks) or low >= high or count < 2:  # noqa: PLR2004
        raise Doubt("statistics contradict each other: " + " ".join(f"{k}={found[k]}" for k in found))
    p95 = value.get("p95")
    if last == "p95" and p95 is not None and (p95 < ranks[-1] or p95 * 10 <= high):
        p95 = None
    if p95 is not None and p95 > high + room:
        raise Doubt(f"p95={found['p95']} above max={found['max']}")
    return Phase(
        count=count, first=value["first"], min=low, max=high, avg=value["avg"],
        std=_deviation(value, count, cut=last == "std"),
        median=value.get("median") if last != "median" else None, p95=p95,
    )  # fmt: skip


def _deviation(value: dict[str, int | float], count: int, *, cut: bool) -> float | None:
    """Return the standard deviation if extremes and average allow it; None where digits may be cut off.

    With n values from m to M around the average a, it lies between sqrt(((a-m)^2 + (M-a)^2) / n)
    and sqrt((a-m) (M-a)) (Bhatia and Davis, 2000). The tool prints its whole part.
    """
    slack = 2 * TOLERANCE * value["max"]
    under, over = value["avg"] - value["min"] + slack, value["max"] - value["avg"] + slack
    most = math.sqrt(under * over)
    least = math.sqrt((max(under - 2 * slack, 0) ** 2 + max(over - 2 * slack, 0) ** 2) / count)
    std = value["std"]
    if std > most + 1 or (std + 1 < least and not cut):
        raise Doubt(f"std={std} can't be with min, avg and max beside it")
    return None if cut and (std + 1 < least or 0 < 10 * std <= most) else std


def _count(text: str) -> int:
    """Return a number of runs."""
    count = number(text)
    if count != int(count) or count < 1:
        raise Doubt(f"count={text} is no number of runs")
    return int(count)


def summary(text: str) -> Summary | None:
    """Read the line with a run's times; None if it is none. Figures that may be cut are left out.

    Raises
    ------
    Doubt
        A figure in it is no time.
    """
    start = _SUMMARY.search(text)
    if not start:
        return None
    if NO_TIME.search(start[1]):
        raise Doubt(f"no times: {text}")
    found: dict[str, int | float] = {}
    sure = True
    for pair in _PAIR.finditer(start[1]):
        label = _LABELS.get(pair[1].strip())
        if label in found:
            raise Doubt(f"two results in one line: {text}")
        if label and (pair[3] or label == "avg"):
            found[label] = number(pair[2])
            sure = sure and bool(pair[3] or unclipped(pair[2]))
    if found.get("avg") == 0:
        raise Doubt("no inference was timed")
    warm = {name: found.get(name) or None for name in ("first", "warmup")}  # 0: there was no warm-up
    return Summary(init=found.get("init"), avg=found.get("avg"), sure=sure, **warm)


def memory(text: str, *, last: bool) -> dict[str, int | float]:
    """Read a line about memory: megabytes at `init`, `overall`, or both; empty if it is none."""
    if "(MB): init=" in text and NO_TIME.search(text):
        raise Doubt(f"no amount of memory: {text}")
    if both := _BOTH.search(text):
        init = number(both[1])
        overall = megabytes(both[2], last=last) if both[2] else None
        # The peak never falls: less than at the start is what a cut leaves.
        return {"init": init} | ({"overall": overall} if overall is not None and overall >= init else {})
    if part := _PART.search(text):
        return {(part["phase"] or part["kind"]).lower(): number(part[3])}
    return {}


def session(text: str) -> Session | None:
    """Read when initialisation was done; None if the line doesn't say it."""
    match = _SESSION.search(text)
    if not match:
        return None
    took_ms = number(match[1])
    # Six digits hold every microsecond of less than a second.
    return Session(us=round(took_ms * 1000), exact=took_ms < 1000)  # noqa: PLR2004
