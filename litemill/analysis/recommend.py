"""The file that a rule picks out of those that it allows, and the reason in words and numbers."""

from collections.abc import Sequence

from litemill.analysis.weighing import File, Scale, weigh
from litemill.records.recommendation import Candidate, Choice
from litemill.settings.recommend import Rule, Target

# a share of a file's bytes that nobody ships a less accurate file for
ALIKE = 0.01


def choose(network: str, target: Target, rule: Rule, files: Sequence[File], scale: Scale) -> Choice:
    """Choose a network's file for a target; none where the rule allows none.

    Of files that are equally good in what the rule prefers, the smallest one is shipped, or one that is larger by no
    more than `ALIKE` and more accurate; of equally accurate ones the one whose recipe `params.yaml` names first.
    Latencies within the noise are equal: `litemill.analysis.weighing`.
    """
    candidates = weigh(files, rule, rule.max_bytes.get(network), scale)
    allowed = [one for one in candidates if not one.refused]
    if not allowed:
        said = "; ".join(f"{one.recipe}: {', '.join(one.refused)}" for one in candidates)
        return Choice(target, "", "", f"the rule allows none of {len(candidates)}: {said}", scale.metric, candidates)
    equals = best(allowed, rule, scale)
    least = min(one.size_bytes for one in equals)
    chosen = max((one for one in equals if one.size_bytes <= least * (1 + ALIKE)), key=lambda one: one.accuracy)
    reason = _reason(chosen, allowed, equals, rule, scale)
    return Choice(target, chosen.recipe, chosen.sha256, reason, scale.metric, candidates)


def best(allowed: Sequence[Candidate], rule: Rule, scale: Scale) -> list[Candidate]:
    """Return the files that none surpasses in what the rule prefers, equal ones together."""
    if rule.prefer == "most_accurate":
        most = max(one.accuracy for one in allowed)
        return [one for one in allowed if one.accuracy == most]
    if rule.prefer == "smallest":
        least = min(one.size_bytes for one in allowed)
        return [one for one in allowed if one.size_bytes == least]
    fastest = min(allowed, key=_milliseconds)
    return [one for one in allowed if scale.tied(one, fastest)]


def _reason(
    chosen: Candidate, allowed: Sequence[Candidate], equals: Sequence[Candidate], rule: Rule, scale: Scale
) -> str:
    """Say why a file is shipped: what it is best in, what came next, and what is as good and larger."""
    words = {"fastest": "fastest", "smallest": "smallest", "most_accurate": "most accurate"}[rule.prefer]
    others = [one for one in allowed if one not in equals]
    said = [
        f"the {words} of {len(allowed)} that the rule allows: {_value(chosen, rule, scale)}"
        if len(allowed) > 1
        else f"the only one that the rule allows: {_value(chosen, rule, scale)}"
    ]
    same = [one.recipe for one in equals if one is not chosen]
    if same:
        alike = "as fast within the noise" if rule.prefer == "fastest" else "its equal"
        said.append(f"{' and '.join(same)} {'is' if len(same) == 1 else 'are'} {alike}, and larger or less accurate")
    if others:
        runner_up = min(others, key=lambda one: _order(one, rule))
        said.append(f"next is {runner_up.recipe} with {_value(runner_up, rule, scale)}")
    return "; ".join(said)


def _order(one: Candidate, rule: Rule) -> float:
    if rule.prefer == "fastest":
        return _milliseconds(one)
    return one.size_bytes if rule.prefer == "smallest" else -one.accuracy


def _value(one: Candidate, rule: Rule, scale: Scale) -> str:
    """Write what the rule prefers a file by."""
    if rule.prefer == "fastest":
        return f"{_milliseconds(one):.1f} ms at {rule.threads} thread{'s' if rule.threads != 1 else ''}"
    return f"{one.size_bytes:,} bytes" if rule.prefer == "smallest" else f"{scale.metric} {one.accuracy:.6g}"


def _milliseconds(one: Candidate) -> float:
    return one.latency.median_ms if one.latency else 0.0
