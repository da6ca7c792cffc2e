"""The file service of a device (`sync:`), both versions, as in AOSP's file_sync_protocol.h."""

import os
import stat
import struct
from pathlib import Path
from typing import Protocol

from devices.adb_cable import Cable
from devices.adb_streams import Stream

CHUNK = 64 * 1024
_REQUEST = struct.Struct("<4sI")
_STAT_1 = struct.Struct("<4s3I")
_STAT_2 = struct.Struct("<4sIQQ4IQ3q")
_ENTRY_1 = struct.Struct("<4s4I")


class Disk(Protocol):
    """The folder that stands for a device's root."""

    noexec: bool

    def inside(self, path: str) -> Path:
        """Return where a path of the device really lies."""

    def free(self) -> int:
        """Return the bytes that can still be written."""


class Sync:
    """Serves one `sync:` stream.

    Parameters
    ----------
    stream
        The stream.
    disk
        Where files go to and come from.
    cable
        May be pulled in the middle.
    """

    def __init__(self, stream: Stream, disk: Disk, cable: Cable) -> None:
        self._stream = stream
        self._disk = disk
        self._cable = cable

    async def serve(self) -> None:
        """Answer requests until the other side is done."""
        answers = {b"STAT": self._stat, b"STA2": self._stat, b"LST2": self._stat, b"LIST": self._list,
                   b"LIS2": self._list, b"SEND": self._receive, b"SND2": self._receive,
                   b"RECV": self._give, b"RCV2": self._give}  # fmt: skip
        while True:
            request, length = _REQUEST.unpack(await self._stream.exactly(_REQUEST.size))
            if request == b"QUIT":
                return
            path = (await self._stream.exactly(length)).decode(errors="surrogateescape")
            await answers[request](request, path)

    async def _fail(self, error: OSError, what: str) -> None:
        text = f"{what}: {error.strerror}".encode()
        await self._stream.write(_REQUEST.pack(b"FAIL", len(text)) + text)

    async def _stat(self, request: bytes, path: str) -> None:
        place = self._disk.inside(path)
        try:
            found = place.stat() if request == b"STA2" else place.lstat()
        except OSError as error:
            none = (0,) * 10
            empty = _STAT_1.pack(request, 0, 0, 0)
            await self._stream.write(empty if request == b"STAT" else _STAT_2.pack(request, error.errno or 0, *none))
            return
        await self._stream.write(_first(request, found) if request == b"STAT" else _second(request, found))

    async def _list(self, request: bytes, path: str) -> None:
        place = self._disk.inside(path)
        newer = request == b"LIS2"
        for entry in sorted(place.iterdir()) if place.is_dir() else []:
            name, found = os.fsencode(entry.name), entry.lstat()
            head = _second(b"DNT2", found) if newer else _first(b"DENT", found)
            await self._stream.write(head + struct.pack("<I", len(name)) + name)
        await self._stream.write(b"DONE" + bytes((_STAT_2 if newer else _STAT_1).size))

    async def _receive(self, request: bytes, path: str) -> None:
        """Take a pushed file; what is there of it is removed if the disk is full."""
        if request == b"SND2":
            _, mode, _ = struct.unpack("<4sII", await self._stream.exactly(12))
        else:
            path, _, number = path.rpartition(",")
            mode = int(number)
        place, failed, written = self._disk.inside(path), None, 0
        gauge = self._cable.watch("push", path)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.unlink(missing_ok=True)
            place.touch()
        except OSError as error:
            failed = error
        while True:
            kind, length = _REQUEST.unpack(await self._stream.exactly(_REQUEST.size))
            if kind == b"DONE":
                break
            data = await self._stream.exactly(length)
            written += len(data)
            gauge(written)
            if failed is None and len(data) > self._disk.free():
                failed = OSError(28, "No space left on device")
                place.unlink(missing_ok=True)
                await self._fail(failed, "write failed")
            elif failed is None:
                with place.open("ab") as file:
                    file.write(data)
        if failed is None:
            place.chmod(stat.S_IMODE(mode) & (0o666 if self._disk.noexec else 0o777) | 0o600)
            os.utime(place, (length, length))
            await self._stream.write(_REQUEST.pack(b"OKAY", 0))
        elif failed.errno != 28:
            await self._fail(failed, "couldn't create file")

    async def _give(self, request: bytes, path: str) -> None:
        if request == b"RCV2":
            await self._stream.exactly(8)
        given, gauge = 0, self._cable.watch("pull", path)
        try:
            with self._disk.inside(path).open("rb") as file:
                while data := file.read(CHUNK):
                    given += len(data)
                    gauge(given)
                    await self._stream.write(_REQUEST.pack(b"DATA", len(data)) + data)
        except OSError as error:
            await self._fail(error, "open failed")
            return
        await self._stream.write(_REQUEST.pack(b"DONE", 0))


def _first(head: bytes, found: os.stat_result) -> bytes:
    """Say in the first version what lies at a path."""
    return _STAT_1.pack(head, found.st_mode, found.st_size & 0xFFFFFFFF, int(found.st_mtime))


def _second(head: bytes, found: os.stat_result) -> bytes:
    """Say in the second version what lies at a path."""
    times = (int(found.st_atime), int(found.st_mtime), int(found.st_ctime))
    return _STAT_2.pack(
        head, 0, found.st_dev, found.st_ino, found.st_mode, found.st_nlink, found.st_uid, found.st_gid,
        found.st_size, *times,
    )  # fmt: skip
