"""A phone as a place to run: what breaks on the way is done again once the phone is back."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from litemill.devices.adb import REMEDIES, Adb
from litemill.devices.transport import SHELL_S, Answer, DroppedError, Stop
from litemill.ground.errors import DeviceError

T = TypeVar("T")

COPY_S = 900.0
RETURN_S = 120.0
POLL_S = 1.0
MOST_LOSSES = 50
# the same phone, and not another one at the same address
_IDENTITY = "getprop ro.serialno; getprop ro.product.model; getprop ro.product.device"


class Phone:
    """A device by its serial.

    Parameters
    ----------
    adb, serial
        How it is reached.
    stop
        Ends a wait for its return.
    return_s
        How long a phone that went away may take to come back.
    """

    def __init__(self, adb: Adb, serial: str, stop: Stop, return_s: float = RETURN_S) -> None:
        self._adb, self._stop, self._return_s = adb, stop, return_s
        self.serial = serial
        self.losses = 0
        self._identity = self._repeated(lambda: adb.shell(serial, _IDENTITY, SHELL_S)).text

    def shell(self, script: str, limit_s: float = SHELL_S) -> Answer:
        """Run a script, again if the way to the phone breaks."""
        return self._repeated(lambda: self._adb.shell(self.serial, script, limit_s))

    def push(self, file: Path, path: str) -> None:
        """Copy a file to the phone, again if the way breaks."""
        self._repeated(lambda: self._adb.push(self.serial, file, path, COPY_S))

    def pull(self, path: str) -> bytes:
        """Return the bytes of a file of the phone."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "pulled"
            self._repeated(lambda: self._adb.pull(self.serial, path, file, COPY_S))
            return file.read_bytes()

    def _repeated(self, do: Callable[[], T]) -> T:
        """Do what may break on the way until it does not."""
        while True:
            try:
                return do()
            except DroppedError as error:
                self.losses += 1
                if self.losses > MOST_LOSSES:
                    raise DeviceError(f"{self.serial}: the connection dropped {self.losses} times", got=error.got,
                                      remedy="see to cable and port, then run it again: it goes on from there"
                                      ) from None  # fmt: skip
                self._await_return()

    def _await_return(self) -> None:
        """Wait until the phone can be used again; DeviceError if it stays away, or is another one now."""
        deadline = time.monotonic() + self._return_s
        while True:
            state = self._state()
            if state == "device" and self._same():
                return
            if time.monotonic() > deadline:
                waited, self._return_s = self._return_s, 0  # it has had its time
                raise DeviceError(
                    f"{self.serial}: has been away for {waited:g} s", expected="device", got=state,
                    remedy=f"{REMEDIES.get(state, 'plug it in')}, then run it again: it goes on from there",
                )  # fmt: skip
            self._stop.pause(POLL_S)

    def _state(self) -> str:
        """Ask adb for the phone's state."""
        try:
            state = next((one.state for one in self._adb.devices() if one.serial == self.serial), "not attached")
            if state in {"offline", "not attached"} and ":" in self.serial:
                self._adb.reconnect(self.serial)
        except DroppedError:
            return "adb does not answer"
        return state

    def _same(self) -> bool:
        """Tell whether it answers, and is the phone that it was."""
        try:
            identity = self._adb.shell(self.serial, _IDENTITY, SHELL_S).text
        except DroppedError:
            return False
        known = getattr(self, "_identity", identity)
        if identity != known:
            raise DeviceError(
                f"{self.serial}: is another phone now",
                expected=" ".join(known.split()),
                got=" ".join(identity.split()),
                remedy="attach the one that was measured",
            )
        return True
