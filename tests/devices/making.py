"""Phones of a kind, made and connected."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from devices.adb_client import Adb
from devices.device import Device
from devices.fake_adbd import FakePhone


class Making:
    """Makes phones of a kind, connected."""

    def __init__(self, adb: Adb, folder: Path, ends: ExitStack) -> None:
        self._adb = adb
        self._folder = folder
        self._ends = ends

    def __call__(self, properties: dict[str, str] | None = None, **kind: Any) -> tuple[FakePhone, Device]:
        fake = self._ends.enter_context(FakePhone(self._folder / "phone", properties, **kind))
        self._ends.callback(lambda: self._adb.run("disconnect", fake.serial))
        return fake, Device(self._adb, fake)
