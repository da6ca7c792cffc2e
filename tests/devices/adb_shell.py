"""The shell of a device (`shell:` plain, `shell,v2` with its streams apart, `exec:`), running lines for real."""

import asyncio
import contextlib
import os
import signal
import struct
from typing import Protocol

from devices import phone_processes
from devices.adb_cable import Cable
from devices.adb_streams import Stream

STDIN, STDOUT, STDERR, EXIT, CLOSE_STDIN = range(5)  # shell_protocol.h
_PACKET = struct.Struct("<BI")
CHUNK = 64 * 1024
Orphans = list[asyncio.Task[tuple[bytes, bytes]]]


class Root(Protocol):
    """The folder in which the shell works."""

    @property
    def folder(self) -> os.PathLike[str]:
        """Where it is."""

    def led(self, line: str) -> str:
        """Lead a line's paths into the folder."""

    def environment(self) -> dict[str, str]:
        """Return the shell's variables."""


class Unled:
    """Takes the folder's name out of what a process prints, also where it comes in two pieces."""

    def __init__(self, folder: str) -> None:
        self._name = folder.encode()
        self._held = b""

    def piece(self, data: bytes) -> bytes:
        """Return a piece of output as a phone prints it; empty data flushes what is held back."""
        text = (self._held + data).replace(self._name, b"")
        keep = next(
            (n for n in range(min(len(self._name) - 1, len(text)), 0, -1) if self._name.startswith(text[-n:])), 0
        )
        keep = keep if data else 0
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]


class Shell:
    """Runs one line.

    Parameters
    ----------
    stream
        Where its output goes.
    root
        Where it runs.
    cable
        May be pulled in the middle.
    orphans
        Takes what waits for processes that outlive the stream.
    """

    def __init__(self, stream: Stream, root: Root, cable: Cable, orphans: Orphans) -> None:
        self._stream = stream
        self._root = root
        self._orphans = orphans
        self._told = 0
        service, _, self._line = stream.name.partition(":")
        self._gauge = cable.watch("shell", self._line)
        self._packets = ",v2" in service
        self._returns = service == "shell" and not self._packets  # a terminal's line ends

    async def serve(self) -> None:
        """Run the line to its end; without the second version its status is lost."""
        self._gauge(0)
        line = self._root.led(self._line)
        process = await asyncio.create_subprocess_exec(
            "/bin/sh", *(("-c", line) if line else ()),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE if self._packets else asyncio.subprocess.STDOUT,
            cwd=self._root.folder, env=self._root.environment(), start_new_session=True,
            preexec_fn=phone_processes.heed_all,
        )  # fmt: skip
        told = [(kind, pipe) for kind, pipe in ((STDOUT, process.stdout), (STDERR, process.stderr)) if pipe]
        telling = [asyncio.create_task(self._tell(*output)) for output in told]
        feeding = asyncio.create_task(self._feed(process))
        try:
            await asyncio.gather(*telling)
            status = await process.wait()
            if self._packets:
                code = status if status >= 0 else 128 - status
                await self._stream.write(_PACKET.pack(EXIT, 1) + bytes([code & 255]))
        finally:
            for task in (feeding, *telling):
                task.cancel()
            if process.returncode is None:  # the other side has gone: what adbd does
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(signal.SIGHUP)
                self._orphans.append(asyncio.create_task(process.communicate()))

    async def _feed(self, process: asyncio.subprocess.Process) -> None:
        """Hand what comes from the other side to the line's stdin."""
        assert process.stdin is not None
        with contextlib.suppress(EOFError, OSError):
            while True:
                if self._packets:
                    kind, length = _PACKET.unpack(await self._stream.exactly(_PACKET.size))
                    data = await self._stream.exactly(length)
                else:
                    kind, data = STDIN, await self._stream.some()
                if kind == CLOSE_STDIN or (kind == STDIN and not data):
                    break
                if kind == STDIN:
                    process.stdin.write(data)
                    await process.stdin.drain()
        process.stdin.close()

    async def _tell(self, kind: int, output: asyncio.StreamReader) -> None:
        """Send what the line prints."""
        unled = Unled(os.fspath(self._root.folder))
        data = b"begin"
        while data:
            data = await output.read(CHUNK)
            said = unled.piece(data)
            if self._returns:
                said = said.replace(b"\n", b"\r\n")
            self._told += len(said)
            if self._told:
                self._gauge(self._told)
            if said:
                await self._stream.write(_PACKET.pack(kind, len(said)) + said if self._packets else said)
