"""A program whose output is read as it comes."""

import codecs
import os
import pty
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence

TICK_S = 1.0
# after Ctrl-C, which the terminal sends to the program as well
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
        self._reader, writer = pty.openpty() if terminal else os.pipe()
        self._process = subprocess.Popen(command, stdout=writer, stderr=writer if terminal else None)
        os.close(writer)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._deadline = 0.0
        signal.signal(signal.SIGTERM, lambda *_: self._process.terminate())

    def said(self) -> Iterator[str]:
        """Give each line as it comes, its line break at the end, and at least each second what stands unfinished.

        Raises
        ------
        KeyboardInterrupt
            After Ctrl-C, when the program has ended, or was ended.
        """
        rest = ""
        while (chunk := self._chunk()) is not None:
            *lines, rest = (rest + chunk).replace("\r\n", "\n").split("\n")
            yield from (line + "\n" for line in lines)
            yield rest
        if rest:
            yield rest + "\n"
        if self._deadline:
            raise KeyboardInterrupt

    def code(self) -> int:
        """Give the exit status of the program, which has ended; 128 and more for a signal, as shells say it."""
        status = self._process.wait()
        return 128 - status if status < 0 else status

    def _chunk(self) -> str | None:
        """Wait a moment for output; None where there is no more of it."""
        try:
            if select.select([self._reader], [], [], TICK_S)[0]:
                data = os.read(self._reader, 65536)
                return self._decode(data) if data else None
            # another program may hold the stream open
            if self._process.poll() is not None:
                return None
            if self._deadline and time.monotonic() > self._deadline:
                self._process.terminate()
        except KeyboardInterrupt:
            self._deadline = time.monotonic() + PATIENCE_S
        except OSError:  # a terminal whose last writer is gone
            return None
        return ""
