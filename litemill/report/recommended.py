"""Which files are recommended for each target, and why; which are not, and why not."""

import math

from litemill import figures
from litemill.analysis.results import Result, Results, Section
from litemill.records.recommendation import Candidate, Choice
from litemill.render.table import Row, Table, numbers, words
from litemill.settings.recommend import TARGETS

NOTHING = "none"


FLOAT_BYTES = 4


def shipped(results: Results) -> Table:
    """Return the file that is shipped of each network for each target, with the reason."""
    rows = []
    for section in results.sections:
        for target in TARGETS:
            choice = section.recommended.choice(target)
            rows.append(Row((section.name, target, choice.recipe or NOTHING, _bytes(choice), choice.reason)))
    return Table(words("network", "target", "recipe") + numbers("bytes") + words("why"), tuple(rows))


def left(results: Results) -> Table | None:
    """Return the files that none should ship: slower, larger and less accurate than another; None without any."""
    rows = [
        Row((section.name, choice.target, one.recipe, one.dominated_by, one.against))
        for section in results.sections
        for choice in section.recommended.choices
        for one in choice.candidates
        if one.dominated_by
    ]
    return Table(words("network", "target", "don't ship", "better in all", "in numbers"), tuple(rows)) if rows else None


def weighed(results: Results) -> Table:
    """Return every file as it was weighed for each target."""
    rows = []
    for section in results.sections:
        for choice in section.recommended.choices:
            rows += [
                Row((section.name, choice.target, one.recipe, *_weighed(one, choice))) for one in choice.candidates
            ]
    return Table(words("network", "target", "recipe", "on the front", "verdict"), tuple(rows))


def savings(results: Results) -> list[str]:
    """Say how many bytes an app saves that ships a style pack and the transfer network alone."""
    sections = {section.name: section for section in results.sections}
    found = []
    for paired in results.paired:
        predict, transfer = _size(sections[paired.predict]), _size(sections[paired.transfer])
        if predict and transfer:
            style = FLOAT_BYTES * math.prod(sections[paired.predict].frozen.output.shape)
            share = f"{predict:,} of the {predict + transfer:,} bytes ({100 * predict / (predict + transfer):.0f} %)"
            found.append(
                f"{paired.predict} is {share} that it and {paired.transfer} have for cpu; "
                f"a style pack holds {style} bytes a style instead"
            )
    return found


def _weighed(one: Candidate, choice: Choice) -> tuple[str, str]:
    if one.recipe == choice.recipe:
        return "yes" if one.on_front else "no", "shipped"
    return "yes" if one.on_front else "no", "; ".join(one.refused) or "allowed"


def _size(section: Section) -> int:
    choice = section.recommended.choice("cpu")
    return next((one.size_bytes for one in choice.candidates if one.recipe == choice.recipe), 0)


def _bytes(choice: Choice) -> str:
    return next((f"{one.size_bytes:,}" for one in choice.candidates if one.recipe == choice.recipe), "-")


def why(section: Section, one: Result) -> tuple[str, ...]:
    """Say of one of our files what speaks against it at all, and then of each target."""
    said = [f"Outside its tolerance: {'; '.join(failures(one))}."] if one.failing else []
    for choice in section.recommended.choices:
        said += [_compared(choice, mine) for mine in choice.candidates if mine.recipe == one.name]
    return tuple(said)


def failures(one: Result) -> list[str]:
    """Say which figures of a file are outside its tolerance."""
    found = one.verdict.failures if one.verdict is not None else ()
    return [
        f"{figures.of(it.metric).heading} {figures.write(it.metric, it.value)}, "
        f"least {figures.write(it.metric, it.tolerance)}"
        for it in found
    ]


def shipped_for(section: Section, one: Result) -> tuple[str, ...]:
    """Name the targets that a file is shipped for."""
    return tuple(choice.target for choice in section.recommended.choices if choice.recipe == one.name)


def candidate(section: Section, one: Result) -> Candidate | None:
    """Return a file as it was weighed for the CPU, where latency counts; None for an official one."""
    weighed = section.recommended.choice("cpu").candidates
    return next((mine for mine in weighed if mine.recipe == one.name), None)


def _compared(choice: Choice, mine: Candidate) -> str:
    """Say what came of a file when it was weighed for a target."""
    if mine.recipe == choice.recipe:
        return f"Shipped for {choice.target}: {choice.reason}."
    if mine.dominated_by:
        return f"Not for {choice.target}: {mine.dominated_by} is smaller, faster and more accurate, {mine.against}."
    if mine.refused:
        return f"Not for {choice.target}: {'; '.join(mine.refused)}."
    return f"Allowed for {choice.target}, but {choice.recipe} is shipped: {choice.reason}."
