"""Why a file is shipped for a target, or why not: what was weighed, in sentences."""

from litemill.core.recommended import Candidate, Choice
from litemill.report import measures
from litemill.report.results import Result, Section


def why(section: Section, one: Result) -> tuple[str, ...]:
    """Say of one of our files what speaks against it at all, and then of each target."""
    said = [f"Outside its tolerance: {'; '.join(failures(one))}."] if one.failing else []
    for choice in section.recommended.choices:
        said += [_weighed(choice, mine) for mine in choice.candidates if mine.recipe == one.name]
    return tuple(said)


def failures(one: Result) -> list[str]:
    """Say which figures of a file are outside its tolerance."""
    found = one.verdict.failures if one.verdict is not None else ()
    return [
        f"{measures.measure(it.metric).title} {measures.write(it.metric, it.value)}, "
        f"least {measures.write(it.metric, it.tolerance)}"
        for it in found
    ]


def shipped_for(section: Section, one: Result) -> tuple[str, ...]:
    """Name the targets that a file is shipped for."""
    return tuple(choice.target for choice in section.recommended.choices if choice.recipe == one.name)


def candidate(section: Section, one: Result) -> Candidate | None:
    """Give a file as it was weighed for the CPU, where latency counts; None for an official one."""
    weighed = section.recommended.choice("cpu").candidates
    return next((mine for mine in weighed if mine.recipe == one.name), None)


def _weighed(choice: Choice, mine: Candidate) -> str:
    """Say what came of a file when it was weighed for a target."""
    if mine.recipe == choice.recipe:
        return f"Shipped for {choice.target}: {choice.reason}."
    if mine.dominated_by:
        return f"Not for {choice.target}: {mine.dominated_by} is smaller, faster and more accurate, {mine.against}."
    if mine.refused:
        return f"Not for {choice.target}: {'; '.join(mine.refused)}."
    return f"Allowed for {choice.target}, but {choice.recipe} is shipped: {choice.reason}."
