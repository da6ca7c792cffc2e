"""What is shipped of each network for each target, and why; what is not, and why not."""

import math

from litemill.core.recommended import Candidate, Choice
from litemill.core.rules import TARGETS
from litemill.report.results import Results, Section
from litemill.report.table import Row, Table, numbers, words

NOTHING = "none"
FLOAT_BYTES = 4


def shipped(results: Results) -> Table:
    """Give the file that is shipped of each network for each target, with the reason."""
    rows = []
    for section in results.sections:
        for target in TARGETS:
            choice = section.recommended.choice(target)
            rows.append(Row((section.name, target, choice.recipe or NOTHING, _bytes(choice), choice.reason)))
    return Table(words("network", "target", "recipe") + numbers("bytes") + words("why"), tuple(rows))


def left(results: Results) -> Table | None:
    """Give the files that none should ship: slower, larger and less accurate than another; None without any."""
    rows = [
        Row((section.name, choice.target, one.recipe, one.dominated_by, one.against))
        for section in results.sections
        for choice in section.recommended.choices
        for one in choice.candidates
        if one.dominated_by
    ]
    return Table(words("network", "target", "don't ship", "better in all", "in numbers"), tuple(rows)) if rows else None


def weighed(results: Results) -> Table:
    """Give every file as it was weighed for each target."""
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
