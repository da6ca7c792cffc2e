"""Programs whose output is read as it comes."""

import codecs
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

TICK_S = 1.0


# after Ctrl-C, which the terminal sends to the programs as well
PATIENCE_S = 10.0


class Child:
    """A program that runs below this one.

    Parameters
    ----------
    command
        What is run.
    terminal
        Whether it is to believe that it writes to a terminal, with all that it says in one stream. Else its errors
        go where ours go, and nothing but its output is read.
    """

    def __init__(self, command: Sequence[str], *, terminal: bool) -> None:
        self.reader, writer = pty.openpty() if terminal else os.pipe()
        self.process = subprocess.Popen(command, stdout=writer, stderr=writer if terminal else sys.stderr)
        os.close(writer)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        # what stands unfinished
        self.rest = ""
        self.silent = False

    def said(self) -> Iterator[str]:
        """Read what there is: each line with its line break, and what stands unfinished; at the end it is silent."""
        try:
            data = os.read(self.reader, 65536)
        except OSError:  # a terminal whose last writer is gone
            data = b""
        *lines, self.rest = (self.rest + self._decode(data)).replace("\r\n", "\n").split("\n")
        yield from (line + "\n" for line in lines)
        if data:
            yield self.rest
            return
        self.silent = True
        if self.rest:
            yield self.rest + "\n"

    def code(self) -> int:
        """Wait for the program's end, and give its exit status; 128 and more for a signal, as shells say it."""
        status = self.process.wait()
        os.close(self.reader)
        return 128 - status if status < 0 else status


class Job(NamedTuple):
    """A program to run, when the jobs at the places `after` have ended well."""

    command: Sequence[str]
    after: frozenset[int] = frozenset()


class Children:
    """Programs that run below this one, some at a time.

    Parameters
    ----------
    jobs
        What is run, as far as it can be in this order. When one fails no other is begun; those that run go to their
        end.
    at_once
        How many run side by side, each in a lane of its own.
    done
        Is told the lane of each that ended well.
    terminal
        That of `Child`.
    """

    def __init__(self, jobs: Iterable[Job], at_once: int, done: Callable[[int], None], *, terminal: bool) -> None:
        self._waiting, self._lanes, self._done, self._terminal = dict(enumerate(jobs)), range(at_once), done, terminal
        # by lane: the job that runs there, by its place
        self._running: dict[int, tuple[int, Child]] = {}
        self._ended: set[int] = set()
        self._deadline = 0.0
        self.code = 0
        signal.signal(signal.SIGTERM, lambda *_: self._terminate())

    def said(self) -> Iterator[tuple[int, str]]:
        """Return each line as it comes, with its lane, and at least each second what stands unfinished.

        When there is no more, `code` is the exit status of the first that failed, or 0.

        Raises
        ------
        KeyboardInterrupt
            After Ctrl-C, when the programs have ended, or were ended.
        """
        while True:
            try:
                self._start()
                if not self._running:
                    break
                said, ended = self._turn()
            except KeyboardInterrupt:
                self._deadline = time.monotonic() + PATIENCE_S
                self._waiting.clear()
                continue
            yield from said
            for lane, (place, child) in ended.items():
                self._end(lane, place, child.code())
        if self._deadline:
            raise KeyboardInterrupt

    def _start(self) -> None:
        """Begin what there is a lane for."""
        for lane in self._lanes:
            ready = [place for place, job in self._waiting.items() if job.after <= self._ended]
            if ready and lane not in self._running:
                child = Child(self._waiting.pop(ready[0]).command, terminal=self._terminal)
                self._running[lane] = ready[0], child

    def _turn(self) -> tuple[list[tuple[int, str]], dict[int, tuple[int, Child]]]:
        """Wait a moment for output; give it, and the programs that have ended by their lanes, which are free then."""
        readable = select.select([child.reader for _, child in self._running.values()], [], [], TICK_S)[0]
        said, ended = [], {}
        for lane, (place, child) in self._running.items():
            texts = child.said() if child.reader in readable else [child.rest]
            said += [(lane, text) for text in texts]
            # another program may hold the stream open
            if child.silent or (child.reader not in readable and child.process.poll() is not None):
                ended[lane] = place, child
        if self._deadline and time.monotonic() > self._deadline:
            self._terminate()
        self._running = {lane: one for lane, one in self._running.items() if lane not in ended}
        return said, ended

    def _end(self, lane: int, place: int, code: int) -> None:
        """Take the exit status of the job at a place, which ran in a lane."""
        if code:
            self.code = self.code or code
            self._waiting.clear()
        else:
            self._ended.add(place)
            self._done(lane)

    def _terminate(self) -> None:
        """End all."""
        self._waiting.clear()
        for _, child in self._running.values():
            child.process.terminate()
