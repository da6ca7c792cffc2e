"""Lines of the tool, freed of what loggers put ahead of them, and the numbers in them."""

import math
import re

import msgspec

_LEVELS = "VDIWEF"


_PREFIX = re.compile(
    rf"""(?:
      \s+ | \ufeff | \x1b\[[0-9;]*m                                       # indents, colours
    | (?:\d{{4}}-)?\d\d-\d\d[ ]\d\d:\d\d:\d\d\.\d+\s                      # logcat: date and time
    | \d+\s+\d+\s+(?P<thread>[{_LEVELS}])\s(?P<tag>[^:]{{0,80}}?)\s*:(?:\s|$)   # logcat -v threadtime
    | (?P<brief>[{_LEVELS}])[/ ](?P<name>[^\s(:]{{1,80}})\s*(?:\(\s*\d+\)\s*)?:(?:\s|$)  # logcat -v brief
    | (?P<absl>[IWEF])\d{{4,8}}[ ]\d\d:\d\d:\d\d\.\d+\s+\d+\s+\S+:\d+\]\s?  # absl
    | (?P<word>VERBOSE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL):(?:\s|$)      # the tool's own
    | \[[\w./+-]+\.(?:cc|cpp|h):\d+\]\s?                                  # LiteRT: where it was said
    )""",
    re.VERBOSE,
)


_OURS = re.compile(r"tflite|tensorflow|litert|benchmark|native", re.IGNORECASE)


# Exponents of one digit are JavaScript's; "e+0" is what a cut leaves of "e+06".
NUMBER = r"\d{1,18}(?:\.\d{1,18})?(?:[eE][+-]?(?:\d{2,3}|[1-9]))?"


NO_TIME = re.compile(r"[=:]\s*(?:[+-]?(?:nan|inf)\b|-\d)", re.IGNORECASE)


_SHOWN_DIGITS = 6  # C++ streams print floats so


_LEAST_WHOLE = 10


_LONGEST = 20_000  # no line of the tool comes near


_PAGES = 256  # in a MB


class Line(msgspec.Struct, frozen=True):
    """One line: what was said, and whether the tool's logger called it an error."""

    text: str
    error: bool = False


def lines(text: str) -> list[Line]:
    """Return the lines of a log without indents, colours and loggers' prefixes."""
    return [_strip(raw) if len(raw) <= _LONGEST else Line("") for raw in re.split(r"\r*\n|\r", text)]


def _strip(raw: str) -> Line:
    """Take off every prefix, one after another."""
    position, error, ours = 0, False, True
    while (match := _PREFIX.match(raw, position)) and match.end() > position:
        position = match.end()
        level = match["thread"] or match["brief"] or match["absl"] or match["word"] or "I"
        tag = match["tag"] or match["name"]
        ours = ours and (tag is None or bool(_OURS.search(tag)))
        error = error or level[0] in "EF"
    return Line(raw[position:].rstrip(), error and ours)


def number(text: str) -> int | float:
    """Return a number as it is printed, plain or in scientific form.

    Raises
    ------
    ValueError
        It is too large for a time or an amount of memory.
    """
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no figure of a run")
    return int(text) if text.isdigit() else int(value) if value.is_integer() else value


def unclipped(text: str) -> bool:
    """Whether a printed figure, last of its line, shows by its own form that no digit is cut off.

    Six digits are all that the tool prints. A value below 10 might have lost its exponent.
    """
    if "e" in text.lower():
        return True
    digits = text.replace(".", "").lstrip("0")
    return len(digits) >= _SHOWN_DIGITS and float(text) >= _LEAST_WHOLE


def megabytes(text: str, *, last: bool) -> int | float | None:
    """Return an amount of memory that ends its line, or None where digits may be cut off.

    Parameters
    ----------
    text
        The amount as printed: pages of 4 KiB over 1 MiB, in six digits at most.
    last
        Whether nothing, not even a line's end, follows in the log.

    Notes
    -----
    A line that is cut exactly where a rounder amount is left can't be told from a whole one.
    """
    value = number(text)
    exact = f"{round(value * _PAGES) / _PAGES:.{_SHOWN_DIGITS}g}" == text
    return value if unclipped(text) or (exact and not last) else None
