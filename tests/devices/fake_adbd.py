"""A phone that the real adb client connects to: adb's protocol in Python, a shell in a folder, faults on demand."""

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar

from devices.adb_cable import Cable, Drop
from devices.adb_shell import Orphans, Shell
from devices.adb_streams import Connection, Stream, until
from devices.adb_sync import Sync
from devices.phone_root import TMP, PhoneRoot

FEATURES = "shell_v2,cmd,stat_v2,ls_v2,fixed_push_mkdir,sendrecv_v2"
_LIMIT = 20  # seconds for the loop to do what it is told
T = TypeVar("T")


class FakePhone:
    """A phone on a port of loopback; a context manager.

    Parameters
    ----------
    folder
        A folder of its own, whose `root` stands for the phone's root.
    properties
        What `getprop` says beside or instead of the usual.
    old
        Whether it is an Android before 7: no exit status, stderr among stdout, CRLF, the first file service.
    capacity
        Bytes that it can hold.
    noexec
        Whether nothing in `/data/local/tmp` can be executed.

    Attributes
    ----------
    authorized
        False: it asks for a key and allows none until this is set.
    answering
        False: it takes connections and says nothing, so that adb calls it offline.
    delay
        Seconds before a service starts.
    asked
        Services that were asked for, as `shell,v2,raw:ls`.
    """

    def __init__(
        self, folder: Path, properties: Mapping[str, str] | None = None, *,
        old: bool = False, capacity: int = 1 << 30, noexec: bool = False,
    ) -> None:  # fmt: skip
        self.root = PhoneRoot(folder / "root", properties, capacity=capacity, noexec=noexec)
        self.tmp = TMP
        self.old = old
        self.authorized = True
        self.answering = True
        self.delay = 0.0
        self._cable = Cable(self._pull)
        self._orphans: Orphans = []
        self.asked: list[str] = []
        self.port = 0
        self._server: asyncio.Server | None = None
        self._connections: set[Connection] = set()
        self._serving: set[asyncio.Task[Any]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def serial(self) -> str:
        """What adb calls it."""
        return f"127.0.0.1:{self.port}"

    @property
    def drops(self) -> list[Drop]:
        """Pulls of the cable that are still to come; add to it."""
        return self._cable.drops

    def __enter__(self) -> Self:
        self._thread.start()
        self.plug()
        return self

    def __exit__(self, *_error: object) -> None:
        self.unplug()
        self._do(self._finish())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_LIMIT)
        self._loop.close()

    def host(self, path: str) -> Path:
        """Return where a path of the phone really lies."""
        return self.root.inside(path)

    def processes(self) -> dict[int, str]:
        """Return the command lines of its running processes, by id."""
        return self.root.processes()

    def plug(self) -> None:
        """Let it be connected to."""
        self._do(self._listen())

    def unplug(self) -> None:
        """Cut its connections and take no new ones."""
        self._do(self._cut())

    def reboot(self) -> None:
        """Cut its connections, end its processes, be there again."""
        self.unplug()
        self.root.reboot()
        self.plug()

    def _do(self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(_LIMIT)

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    def _pull(self, away: float | None) -> None:
        """Cut the connections now, and take new ones again after a while."""
        self._stop()
        if away is not None:
            self._loop.call_later(away, lambda: self._loop.create_task(self._listen()))

    async def _cut(self) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in self._connections:
            connection.drop()

    async def _finish(self) -> None:
        """Let nothing run on."""
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        self.root.kill()
        async with asyncio.timeout(_LIMIT / 2):
            await asyncio.gather(*self._orphans)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        await until(lambda: self.answering)
        shown = ("ro.product.name", "ro.product.model", "ro.product.device")
        banner = "device::" + "".join(f"{name}={self.root.properties[name]};" for name in shown)
        banner += "" if self.old else f"features={FEATURES}"
        connection = Connection(reader, writer, banner.encode(), self._serve)
        self._connections.add(connection)
        try:
            await connection.serve(known=lambda: self.authorized)
        finally:
            self._connections.discard(connection)

    async def _serve(self, stream: Stream) -> None:
        """Return the service that a stream is opened for."""
        self.asked.append(stream.name)
        await asyncio.sleep(self.delay)
        kind, _, _ = stream.name.partition(":")
        if kind == "sync":
            await Sync(stream, self.root, self._cable).serve()
        elif kind.split(",")[0] in {"shell", "exec"}:
            await Shell(stream, self.root, self._cable, self._orphans).serve()
        elif kind == "reboot":
            self._loop.run_in_executor(None, self.reboot)
