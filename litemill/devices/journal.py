"""What is done of a run that is not at its end, on this machine's disk: nothing is measured twice."""

import contextlib
import shutil
from collections.abc import Collection
from pathlib import Path

import msgspec

from litemill.ground import project
from litemill.records import store
from litemill.records.base import Record
from litemill.records.device import Extent, Process


class Taken(Record, frozen=True):
    """What came of one step; `reason` says why there is no process, or no accuracy."""

    key: str
    process: str
    reason: str = ""
    timed: Process | None = None
    delegate: str | None = None
    delegation: Extent = "not_stated"
    accuracy: dict[str, float] = msgspec.field(default_factory=dict)
    wrong: str = ""


class Opened(Record, frozen=True):
    """Where a folder of ours may be left: the device's serial, the folder's path."""

    serial: str
    path: str


class Journal:
    """The steps that are done on a target.

    Parameters
    ----------
    target
        Its name.
    device
        What tells its device from others: steps of another device count for nothing.
    """

    def __init__(self, target: str, device: str) -> None:
        self._target = target
        self._folder = project.UNFINISHED / target
        self._steps = self._folder / "".join(sign if sign.isalnum() else "_" for sign in device)

    def open(self, serial: str, path: str) -> None:
        """Note that a folder is about to be made on a device."""
        store.save(_opened(self._target), Opened(serial, path))

    def close(self) -> None:
        """Note that the folder is gone."""
        _opened(self._target).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # steps are kept in it
            self._folder.rmdir()
            project.UNFINISHED.rmdir()

    def save(self, name: str, taken: Taken) -> None:
        """Note a step that is done."""
        store.save(self._steps / f"{name}.json", taken)

    def load(self) -> dict[str, Taken]:
        """Return the steps that are done, by name."""
        return {path.stem: store.load(path, Taken) for path in sorted(self._steps.glob("*.json"))}

    def keep(self, keys: Collection[str]) -> None:
        """Forget the steps of everything but some keys."""
        for path in self._steps.glob("*.json"):
            if path.stem.partition("-")[0] not in keys:
                path.unlink()

    def forget(self) -> None:
        """Forget all steps."""
        shutil.rmtree(self._steps, ignore_errors=True)


def left_open(target: str) -> bool:
    """Tell whether a folder may be left on a target's device."""
    return _opened(target).exists()


def _opened(target: str) -> Path:
    return project.UNFINISHED / target / "opened.json"
