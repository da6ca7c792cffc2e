"""Messages between the adb client's server and a device, as in AOSP's docs/dev/protocol.md of adb."""

import asyncio
import struct
from typing import NamedTuple

VERSION = 0x01000001  # since this one, sums of the data are not looked at
MOST = 1 << 20  # bytes of data in one message
OLD_VERSION, OLD_MOST = 0x01000000, 4096  # Android up to 6
_HEAD = struct.Struct("<4s5I")
AUTH_TOKEN, AUTH_SIGNATURE, AUTH_PUBLIC_KEY = 1, 2, 3


class Message(NamedTuple):
    """One message: a command of four letters, two numbers, data."""

    command: bytes
    first: int
    second: int
    data: bytes = b""

    def pack(self) -> bytes:
        """Return the message's bytes."""
        magic = int.from_bytes(self.command, "little") ^ 0xFFFFFFFF
        total = sum(self.data) & 0xFFFFFFFF if len(self.data) <= OLD_MOST else 0
        return _HEAD.pack(self.command, self.first, self.second, len(self.data), total, magic) + self.data


async def read(stream: asyncio.StreamReader) -> Message:
    """Read one message; `asyncio.IncompleteReadError` at the end of the connection."""
    command, first, second, length, _, _ = _HEAD.unpack(await stream.readexactly(_HEAD.size))
    return Message(command, first, second, await stream.readexactly(length))
