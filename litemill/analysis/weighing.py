"""A network's files on the axes that count for a target, and when two latencies are the same."""

import math
from collections.abc import Sequence

import msgspec

from litemill.records.artifact import Refusal
from litemill.records.cost import Latency
from litemill.records.recommendation import Candidate
from litemill.settings.recipe import Quantize, Tolerance
from litemill.settings.recommend import Rule

# of the interquartile range over the root of the number of runs: medians whose intervals do not meet differ, at
# about 95 % (McGill, Tukey, Larsen: Variations of Box Plots, The American Statistician 32, 1978)
NOTCH = 1.57


def tied(one: Latency, other: Latency, rounds: int, share: float) -> bool:
    """Say whether two latencies count as the same.

    Parameters
    ----------
    one, other
        Medians in ms and their spreads (interquartile range over median).
    rounds
        Timed runs of each.
    share
        Of the smaller median, the difference that counts for nothing whatever the spread.
    """
    noise = sum(NOTCH * each.spread * each.median_ms for each in (one, other)) / math.sqrt(rounds)
    nothing = max(noise, share * min(one.median_ms, other.median_ms))
    return abs(one.median_ms - other.median_ms) <= nothing


def faster(one: Latency, other: Latency, rounds: int, share: float) -> bool:
    """Say whether one latency is below another by more than counts for nothing."""
    return one.median_ms < other.median_ms and not tied(one, other, rounds, share)


class File(msgspec.Struct, frozen=True):
    """What the records say of a file.

    Parameters
    ----------
    recipe, quantize, tolerance
        How it was made, and the least accuracy that its recipe asks for.
    sha256, size_bytes, metrics
        Of the file, against the original.
    latency
        On the host, one a number of threads.
    gpu_refusals
        Operators that the GPU delegate's rules leave outside.
    """

    recipe: str
    quantize: Quantize
    tolerance: Tolerance
    sha256: str
    size_bytes: int
    metrics: dict[str, float]
    latency: tuple[Latency, ...]
    gpu_refusals: tuple[Refusal, ...] = ()


class Scale(msgspec.Struct, frozen=True):
    """What two files are compared by.

    Parameters
    ----------
    metric
        The figure that is a network's accuracy.
    rounds, share
        What makes two latencies the same: see `litemill.analysis.weighing`.
    """

    metric: str
    rounds: int
    share: float

    def tied(self, one: Candidate, other: Candidate) -> bool:
        """Say whether two files are equally fast; they are where latency does not count."""
        return not one.latency or not other.latency or tied(one.latency, other.latency, self.rounds, self.share)

    def faster(self, one: Candidate, other: Candidate) -> bool:
        """Say whether a file is faster than another, beyond the noise."""
        if not one.latency or not other.latency:
            return False
        return faster(one.latency, other.latency, self.rounds, self.share)


def weigh(files: Sequence[File], rule: Rule, limit: int | None, scale: Scale) -> tuple[Candidate, ...]:
    """Weigh files for a target; only those that fit it compete, `limit` is the most bytes."""
    fitting = {file.recipe for file in files if not unfit(file, rule)}
    weighed = [_candidate(file, rule, limit, scale.metric) for file in files]
    rivals = [one for one in weighed if one.recipe in fitting]
    return tuple(_ranked(one, rivals, scale) if one.recipe in fitting else one for one in weighed)


def unfit(file: File, rule: Rule) -> tuple[str, ...]:
    """Say why a file is not of the kind that the target takes."""
    reasons = []
    if rule.quantize and file.quantize not in rule.quantize:
        reasons.append(f"quantize {file.quantize}, where the rule wants {' or '.join(rule.quantize)}")
    if rule.fully_delegable and file.gpu_refusals:
        reasons.append(f"not wholly for the GPU delegate: {'; '.join(one.text for one in file.gpu_refusals)}")
    return tuple(reasons)


def below(file: File, rule: Rule, limit: int | None) -> tuple[str, ...]:
    """Say why a file is not good enough, or too large."""
    unmet = {
        "its recipe's tolerance": file.tolerance.unmet(file.metrics),
        "the rule": rule.accuracy.unmet(file.metrics),
    }
    reasons = [
        f"{metric} {file.metrics[metric]:.6g}, where {whose} wants {least:g}"
        for whose, floors in unmet.items()
        for metric, least in floors.items()
    ]
    if limit is not None and file.size_bytes > limit:
        reasons.append(f"{file.size_bytes:,} bytes, where the rule wants {limit:,} at most")
    return tuple(reasons)


def _candidate(file: File, rule: Rule, limit: int | None, metric: str) -> Candidate:
    return Candidate(
        recipe=file.recipe,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        accuracy=file.metrics[metric],
        latency=next((one for one in file.latency if one.threads == rule.threads), None),
        refused=unfit(file, rule) + below(file, rule, limit),
    )


def _ranked(one: Candidate, rivals: Sequence[Candidate], scale: Scale) -> Candidate:
    """Say whether a file is on the Pareto front, and which other is better in everything."""
    worse = [rival for rival in rivals if _better_in_all(rival, one, scale)]
    on_front = not any(_at_least_as_good(rival, one, scale) for rival in rivals if rival is not one)
    if not worse:
        return msgspec.structs.replace(one, on_front=on_front)
    best = min(worse, key=lambda rival: rival.latency.median_ms if rival.latency else 0.0)
    return msgspec.structs.replace(
        one, on_front=on_front, dominated_by=best.recipe, against=_against(one, best, scale.metric)
    )


def _better_in_all(one: Candidate, other: Candidate, scale: Scale) -> bool:
    """Say whether a file is smaller, faster and more accurate, all three."""
    return one.size_bytes < other.size_bytes and one.accuracy > other.accuracy and scale.faster(one, other)


def _at_least_as_good(one: Candidate, other: Candidate, scale: Scale) -> bool:
    """Say whether a file is nowhere worse and somewhere better."""
    if one.size_bytes > other.size_bytes or one.accuracy < other.accuracy or scale.faster(other, one):
        return False
    return one.size_bytes < other.size_bytes or one.accuracy > other.accuracy or scale.faster(one, other)


def _against(one: Candidate, best: Candidate, metric: str) -> str:
    """Say how much worse a file is, in numbers."""
    slower = (
        f"{one.latency.median_ms:.1f} against {best.latency.median_ms:.1f} ms, " if one.latency and best.latency else ""
    )
    return (
        f"{slower}{one.size_bytes:,} against {best.size_bytes:,} bytes, "
        f"{metric} {one.accuracy:.6g} against {best.accuracy:.6g}"
    )
