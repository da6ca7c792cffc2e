"""Words of a log that tell a failed run, and the reason they give."""

import re

from litemill.benchmark_log.lines import Line

# Whatever was printed before, these end a run without a result.
_FATAL = re.compile(
    r"""Benchmarking[ ]failed | \bfailed[ ]to[ ]invoke\b | Disallowed[ ]CPU[ ]fallback
    | Failed[ ]to[ ](?:invoke|allocate[ ]tensors|(?:load|mmap)[ ](?:the[ ])?model|apply[ ]\w+[ ]delegate\b)
    | Failed[ ]to[ ](?:construct|build|create|initialize)[ ](?:the[ ])?(?:interpreter|compiled[ ]?model)
    | not[ ]a[ ]valid[ ]Flatbuffer | Please[ ]specify[ ]the[ ]name[ ]of[ ]your[ ]TF[ ]Lite
    | CANNOT[ ]LINK[ ]EXECUTABLE | error[ ]while[ ]loading[ ]shared[ ]libraries
    | Exec[ ]format[ ]error | cannot[ ]execute\b | not[ ]executable:
    | benchmark\w*model\S*:[ ].*(?:not[ ]found|No[ ]such[ ]file|Permission[ ]denied|can't[ ]execute)
    | segmentation[ ]fault | core[ ]dumped | Fatal[ ]signal[ ]\d | \bSIG(?:SEGV|ABRT|BUS|ILL|KILL|FPE|TERM)\b
    | terminate[ ]called | terminating[ ](?:with|due) | Check[ ]failed: | Assertion\b.*\bfailed
    | std::bad_alloc | out[ ]of[ ]memory:[ ]kill
    | ^(?:\S+:[ ]line[ ]\d+:\s*\d*\s* | \[\d+\]\s*[+-]?\s*(?:\d+\s+)? | \S*sh:\s)?
      (?:Aborted | Killed | Bus[ ]error | Illegal[ ]instruction | Floating[ ]point[ ]exception
      | Terminated | Trace/\w+[ ]trap)\b""",
    re.VERBOSE | re.IGNORECASE,
)


_STATUS = re.compile(
    r"(?<![a-z])(?:exit(?:ed)?(?:[ _]?(?:code|status|value))?|return(?:ed)?[ _]code|returncode|rc)\b"
    r"(?: (?:with|was|is))?(?: (?:code|status))?\s*[:=]?\s*\[?(?P<code>-?\d{1,9})\b",
    re.IGNORECASE,
)


_ASKED_STATUS = re.compile(r"echo .*\$\?")


_BARE_STATUS = re.compile(r"(?P<code>\d{1,3})")


# What explains a failure, most telling first.
_CAUSE = re.compile(r"NN API returned error|Node number .*failed|unresolved custom op|crashed|Didn't find op")


_HINT = re.compile(
    r"(?i)\b(?:error|fail(?:ed|ure)?|cannot|can't|could not|couldn't|unable|not found|no such|denied"
    r"|unsupported|invalid|no space)\b"
)


_SAID_AT_MOST = 5


def tells_failure(text: str) -> bool:
    """Whether a line by itself says that a run failed."""
    return bool(_FATAL.search(text))


class Failures:
    """Failures told so far, line after line of one run."""

    def __init__(self) -> None:
        self.fatal = False  # whatever was measured, the run failed
        self._causes: list[str] = []
        self._hints: list[str] = []
        self._asked = False

    def line(self, line: Line) -> None:
        """Note whether a line tells a failure, or what explains one."""
        text = line.text
        status = _STATUS.search(text)
        if self._asked and text:
            status = status or _BARE_STATUS.fullmatch(text)
            self._asked = False
        self._asked = self._asked or bool(_ASKED_STATUS.search(text))
        code = int(status["code"]) if status else 0
        if code or tells_failure(text):
            self.fatal = True
            self._causes.append(f"exit status {code}" if code else text)
        elif line.error or _CAUSE.search(text):
            self._causes.append(text)
        elif _HINT.search(text):
            self._hints.append(text)

    def reason(self) -> str | None:
        """Say in one line what went wrong; None if nothing was told."""
        said = list(dict.fromkeys(self._causes or self._hints))
        if len(said) > _SAID_AT_MOST:
            said = [*said[: _SAID_AT_MOST - 1], said[-1]]
        return "; ".join(" ".join(text.split())[:200] for text in said) or None
