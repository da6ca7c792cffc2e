"""One connection of the adb server to a fake device: its greeting, and the streams that share it."""

import asyncio
import contextlib
import itertools
import os
from collections.abc import Awaitable, Callable

from devices import adb_wire
from devices.adb_wire import Message

Service = Callable[["Stream"], Awaitable[None]]


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what a test's thread sets."""
    while not condition():  # noqa: ASYNC110 - no event of this loop: another thread sets it
        await asyncio.sleep(0.02)


class Stream:
    """What an adb socket is to a service: bytes in, bytes out, an end.

    Parameters
    ----------
    connection
        Whose stream it is.
    ours, theirs
        Its number on the device, and on the other side.
    name
        The service asked for, as `shell:ls`.
    """

    def __init__(self, connection: "Connection", ours: int, theirs: int, name: str) -> None:
        self.connection = connection
        self.ours = ours
        self.theirs = theirs
        self.name = name
        self.taken = asyncio.Event()  # the other side is ready for more
        self._chunks: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._rest = b""
        self._writing = asyncio.Lock()

    def arrived(self, data: bytes | None) -> None:
        """Note data from the other side; None at its end."""
        self._chunks.put_nowait(data)

    async def some(self) -> bytes:
        """Return what has come, and wait if that is nothing; empty at the end."""
        if self._rest:
            data, self._rest = self._rest, b""
            return data
        chunk = await self._chunks.get()
        if chunk is None:
            self._chunks.put_nowait(None)
            return b""
        await self.connection.send(b"OKAY", self)
        return chunk

    async def exactly(self, count: int) -> bytes:
        """Return `count` bytes; EOFError if the stream ends before."""
        parts: list[bytes] = []
        while count > 0:
            data = await self.some()
            if not data:
                raise EOFError
            parts.append(data[:count])
            self._rest = data[count:]
            count -= len(parts[-1])
        return b"".join(parts)

    async def write(self, data: bytes) -> None:
        """Send bytes, each message when the one before was taken."""
        async with self._writing:
            most = self.connection.most
            for start in range(0, len(data), most):
                self.taken.clear()
                await self.connection.send(b"WRTE", self, data[start : start + most])
                await self.taken.wait()


class Connection:
    """What a device does with one connection.

    Parameters
    ----------
    reader, writer
        The connection.
    banner
        What the device says that it is.
    service
        Serves a stream; the stream is closed when it returns.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, banner: bytes, service: Service
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._banner = banner
        self._service = service
        self.most = adb_wire.OLD_MOST
        self.old = b"features=" not in banner
        self._streams: dict[int, Stream] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._numbers = itertools.count(1)

    async def serve(self, *, known: Callable[[], bool]) -> None:
        """Greet and serve until the connection ends.

        Parameters
        ----------
        known
            Whether the other side may connect; while it may not, it is told so.
        """
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, OSError):
                await self._greet(known)
                while True:
                    await self._take(await adb_wire.read(self._reader))
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self.drop()

    def drop(self) -> None:
        """Cut the connection, as a cable that is pulled."""
        if self._writer.transport is not None:
            self._writer.transport.abort()

    async def send(self, command: bytes, stream: Stream, data: bytes = b"") -> None:
        """Send a message of a stream."""
        await self._post(Message(command, stream.ours, stream.theirs, data))

    async def _post(self, message: Message) -> None:
        self._writer.write(message.pack())
        await self._writer.drain()

    async def _greet(self, known: Callable[[], bool]) -> None:
        """Exchange versions; ask for a key until it is allowed."""
        hello = await adb_wire.read(self._reader)
        version, most = (adb_wire.OLD_VERSION, adb_wire.OLD_MOST) if self.old else (adb_wire.VERSION, adb_wire.MOST)
        self.most = min(hello.second, most)
        while not known():
            await self._post(Message(b"AUTH", adb_wire.AUTH_TOKEN, 0, os.urandom(20)))
            answer = await adb_wire.read(self._reader)
            if answer.first == adb_wire.AUTH_PUBLIC_KEY:
                await until(known)  # the question stands on the phone's screen
        await self._post(Message(b"CNXN", version, most, self._banner))

    async def _take(self, message: Message) -> None:
        """Hand a message to its stream."""
        stream = self._streams.get(message.second)
        if message.command == b"OPEN":
            self._open(message)
        elif message.command == b"WRTE" and stream:
            stream.arrived(message.data)
        elif message.command == b"OKAY" and stream:
            stream.taken.set()
        elif message.command == b"CLSE" and stream:
            stream.arrived(None)
            self._cancel(stream)
        elif message.command in {b"WRTE", b"OKAY"}:
            await self._post(Message(b"CLSE", 0, message.first))

    def _open(self, message: Message) -> None:
        name = message.data.rstrip(b"\0").decode(errors="surrogateescape")
        stream = Stream(self, next(self._numbers), message.first, name)
        self._streams[stream.ours] = stream
        task = asyncio.create_task(self._run(stream), name=str(stream.ours))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, stream: Stream) -> None:
        try:
            await self.send(b"OKAY", stream)
            with contextlib.suppress(EOFError, OSError):
                await self._service(stream)
        finally:
            del self._streams[stream.ours]
            with contextlib.suppress(OSError):
                await self.send(b"CLSE", stream)

    def _cancel(self, stream: Stream) -> None:
        """End the service of a stream that the other side has closed."""
        for task in self._tasks:
            if task.get_name() == str(stream.ours):
                task.cancel()
