"""What the lines of one run say, gathered before the run is judged."""

import math
import re

from litemill.benchmark_log.delegation import Delegates
from litemill.benchmark_log.failures import Failures, tells_failure
from litemill.benchmark_log.figures import Doubt, Phase, Session, Summary, memory, phase, session, summary
from litemill.benchmark_log.lines import Line

_STARTING = re.compile(r"STARTING!$")


_PARAMETERS = re.compile(r"Log parameter values verbosely:|(?:Min num|Num|Min warmup|Warmup) runs: \[|Num threads:")


_COMMAND = re.compile(r"benchmark\w*model\S*(?:\s.*)?\s(?:--\w|\\$)|TensorFlow Lite benchmark with args")


_ALSO_OTHERS = "Loaded model "  # label_image says it too


_EARLY = re.compile(r"(Graph: \[|Loaded model |The input model file size|Initialized session in )")


_HEADER = re.compile(r"Running benchmark for .*\d")


_TABLE = re.compile(r"Profiling Info|= Run Order =|\[node type\]", re.IGNORECASE)


_BLOCK = re.compile(r"(Warmup|Inference) \(avg\): +[\d.]+ ms \((\d{1,18}) runs\)")


_MEMORY = re.compile(r"Memory footprint delta|Peak memory footprint")


_NOTE = "Note: as the benchmark tool itself affects memory"


_ROUNDED = 0.006  # LiteRT's block gives two decimals


_MIXED = "lines of more than one run are mixed"


class Evidence:
    """The lines of one run, sorted by what they tell.

    Parameters
    ----------
    doubt
        Why nothing of this run can be believed, if that is known beforehand.
    delegates
        What is known of delegates beforehand.
    before
        The run before in the same log.
    """

    def __init__(
        self, doubt: str | None = None, delegates: Delegates | None = None, before: "Evidence | None" = None
    ) -> None:
        self.doubt = doubt
        self.delegates = delegates or Delegates()
        self.failures = Failures()
        self.phases: dict[str, Phase | None] = {}  # in order, by their text; None for a phase's header
        self.summary: Summary | None = None
        self.session: Session | None = None
        self.runs: dict[str, int] = {}  # of each phase, as LiteRT's closing block says
        self.closed = False  # lines have come that follow the summary
        self.begun = False  # the tool has said something
        self._commanded = False
        self._parameters = False
        self._measured = False  # its last lines have come
        self.memory_came = False
        self._ends: set[str] = set()  # kinds of lines that end a run
        self._stated: dict[str, float] = {}
        self._rounded: dict[str, float] = {}
        self._early: dict[str, str] = {}
        self._tables = False
        # Lines that the run before lacks may still come: its memory, or all that follows its start.
        self._owed = bool(before and before.ended() and not before.memory_came)
        self.after_a_stump = bool(before and before.begun and not before.ended() and not before.failures.fatal)

    @property
    def memory(self) -> dict[str, float]:
        """Amounts of memory in MB, if they are surely this run's."""
        if self._owed:
            return {}
        if not self.runs:
            return self._stated
        if self.summary is None and not self._stated:  # LiteRT's block stands for both lines
            return self._rounded if "Inference" in self.runs else {}
        said = self._rounded
        return {key: mb for key, mb in self._stated.items() if abs(said.get(key, math.inf) - mb) <= _ROUNDED}

    def ended(self) -> bool:
        """Whether what follows the timed phase is there."""
        return self.summary is not None or self.closed

    def told(self) -> bool:
        """Whether there is anything to judge."""
        return self.begun or self.failures.fatal

    def ends_before(self, text: str) -> bool:
        """Whether a line belongs to another run than the lines so far."""
        if _STARTING.search(text):
            return not (self._commanded and not self.begun) and not self._fresh()
        if self.is_command(text):
            return True
        if _PARAMETERS.match(text):
            return self._measured or bool(self._early)
        if _EARLY.match(text):
            return self._measured or self.failures.fatal
        if _HEADER.match(text) or text.startswith("count="):
            return self._measured and not self._tables
        return self.memory_came and self._another_summary(text)

    def follower(self, text: str) -> "Evidence":
        """Return the place for the next run's lines; doubt goes with it unless the tool clearly began anew."""
        anew = _STARTING.search(text) or self.is_command(text)
        return Evidence(None if anew else self.doubt, Delegates(self.delegates.off), before=self)

    @staticmethod
    def is_command(text: str) -> bool:
        """Whether a line calls the tool; a shell names it also when it has been killed."""
        return bool(_COMMAND.search(text)) and not tells_failure(text)

    def take(self, line: Line, *, command: bool, last: bool) -> None:
        """Note what a line says; `last` where the log ends in it."""
        text = line.text
        opening = bool(_STARTING.search(text) or _PARAMETERS.match(text))
        self.begun = self.begun or opening
        self._parameters = self._parameters or bool(_PARAMETERS.match(text))
        self._commanded = self._commanded or command
        try:
            if opening and self.phases:
                raise Doubt(_MIXED)  # noqa: TRY301
            if command:
                self.delegates.command(text)
            elif not self._figures(text, last=last):
                self.delegates.line(text)
                self.failures.line(line)
        except (Doubt, ValueError) as doubt:
            self.doubt = self.doubt or str(doubt)

    def _fresh(self) -> bool:
        """Whether the tool has only said that it starts."""
        more = self._parameters or self._early or self.phases or self._measured or self.failures.fatal
        return self.begun and not more

    def _another_summary(self, text: str) -> bool:
        """Whether a line sums up another run than the one summed up already."""
        try:
            found = summary(text)
        except (Doubt, ValueError):
            return self.summary is not None
        return found is not None and self.summary is not None and found != self.summary

    def _figures(self, text: str, *, last: bool) -> bool:
        """Take the figures out of a line; False if it has none."""
        if _TABLE.search(text):
            self._tables = True
        elif early := _EARLY.match(text):
            self.begun = self.begun or early[1] != _ALSO_OTHERS
            self._take_early(early[1], text)
        elif _HEADER.match(text) or text.startswith("count="):
            self.begun = True
            if not self._tables:  # the profiler's own come after its tables
                self.phases.setdefault(text, phase(text))
        elif block := _BLOCK.search(text):
            if self.runs.setdefault(block[1], int(block[2])) != int(block[2]):
                raise Doubt(f"two numbers of runs: {_MIXED}")
        elif "timings in us: " in text or "emory" in text or " footprint:" in text:
            return self._take_end(text, last=last)
        else:
            return False
        return True

    def _take_early(self, kind: str, text: str) -> None:
        """Note what is said once a run, before the first phase."""
        if self.phases or self._early.setdefault(kind, text) != text:
            raise Doubt(_MIXED)
        self.session = self.session or session(text)

    def _take_end(self, text: str, *, last: bool) -> bool:
        """Note the times that sum a run up, or an amount of memory; False if the line has neither."""
        if found := summary(text):
            self.begun = self._measured = True
            if self.summary is None and self.closed:
                raise Doubt(f"memory stands ahead of the times: {_MIXED}")
            if self.summary not in (None, found):
                raise Doubt("two results with nothing between them")
            self.summary = found
            return True
        self._take_memory(text, memory(text, last=last))
        return False

    def _take_memory(self, text: str, stated: dict[str, int | float]) -> None:
        """Note an amount of memory, or a line that goes with one."""
        rounded = " footprint:" in text
        known = self._rounded if rounded else self._stated
        if any(known.setdefault(key, value) != value for key, value in stated.items()):
            raise Doubt("memory is stated twice, and differs")
        kind = "note" if text.startswith(_NOTE) else "memory" if _MEMORY.search(text) else ""
        self.memory_came = self.memory_came or kind == "memory" or "overall" in stated
        # Two of a kind may be one run's doubled line, or one line each of two runs.
        self._owed = self._owed or kind in self._ends
        self._ends |= {kind} - {""}
        self.begun = self.begun or bool(stated or kind)
        self.closed = self.closed or bool(kind) or (rounded and bool(stated))
        self._measured = self._measured or "overall" in stated or kind == "memory"
