"""Figures of benchmark_model logs as JSON: `python -m litemill.benchlog FILE...`, one line a run.

Keys: file, ok, reason, avg_us, count, min_us, max_us, std_us, median_us, p95_us, init_us, first_us,
warmup_avg_us, memory_init_mb, memory_overall_mb, delegate, delegation (full, partial, none, not_stated).
What a log doesn't state is null. A failure, a contradiction, a log without a result or a file that can't
be read has `ok` false and the reason. Exit status: 0; 1 if a file couldn't be read; 2 without a file.
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from litemill.benchmark_log.runs import decode, read
from litemill.benchmark_log.verdict import Run


def runs_of(path: str) -> tuple[list[Run], bool]:
    """Return the runs in a file, and whether it could be read."""
    try:
        return read(decode(Path(path).read_bytes())), True
    except OSError as error:
        return [Run(ok=False, reason=f"can't be read: {error.strerror or error}")], False
    except ValueError as error:
        return [Run(ok=False, reason=f"can't be read: {error}")], False


def main(arguments: Sequence[str]) -> int:
    """Print every run of every file; give the exit status."""
    if not arguments or arguments[0] in {"-h", "--help"}:
        print(__doc__, file=sys.stdout if arguments else sys.stderr)
        return 0 if arguments else 2
    status = 0
    for path in arguments:
        name = os.fsencode(path).decode(errors="replace")
        runs, readable = runs_of(path)
        status = status if readable else 1
        for run in runs:
            sys.stdout.buffer.write(msgspec.json.encode({"file": name} | msgspec.structs.asdict(run)) + b"\n")
    return status


if __name__ == "__main__":
    if hasattr(signal, "SIGPIPE"):  # a reader such as `head` may have enough
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main(sys.argv[1:]))
