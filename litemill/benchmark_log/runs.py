"""Runs of the tool in a log, told apart and judged one by one."""

import codecs
from pathlib import Path

from litemill.benchmark_log.evidence import Evidence
from litemill.benchmark_log.lines import lines
from litemill.benchmark_log.verdict import Run, judge
from litemill.ground.errors import SourceError


def read_benchmark_log(path: Path | str) -> list[Run]:
    """Return every run in a log file of TensorFlow's benchmark_model; SourceError where it is no text.

    Examples
    --------
    >>> import litemill
    >>> run = litemill.read_benchmark_log("tests/benchlogs/o5-2018-indented.txt")[0]
    >>> run.ok, run.avg_us, run.delegate
    (True, 402345, None)
    """
    try:
        return read(decode(Path(path).read_bytes()))
    except ValueError as error:
        raise SourceError(f"{path}: can't be read", got=error, remedy="give what benchmark_model printed") from None


def decode(data: bytes) -> str:
    """Return the text of a log file: UTF-8, or UTF-16 as PowerShell's `>` writes it.

    Raises
    ------
    ValueError
        The file isn't text.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", errors="replace")
    else:
        text = data.decode("utf-8-sig", errors="replace")
    if "\0" in text:
        raise ValueError("it isn't text")
    return text


def read(text: str) -> list[Run]:
    """Return every run in a log, in order; without any, one that says so.

    Parameters
    ----------
    text
        What the tool printed: plain or through a logger, of any version since 2018, whole or cut,
        one run or several, with or without lines of others in between.
    """
    runs: list[Run] = []
    evidence = Evidence()
    all_lines = lines(text)
    continued = False
    for index, line in enumerate(all_lines):
        command = continued or evidence.is_command(line.text)
        if not continued and evidence.ends_before(line.text):
            if evidence.told():
                runs.append(judge(evidence))
            evidence = evidence.follower(line.text)
        evidence.take(line, command=command, last=index == len(all_lines) - 1)
        continued = command and line.text.endswith("\\")
    if evidence.told() or not runs:
        runs.append(judge(evidence))
    return runs
