"""All targets at once: each on its device in a thread of its own, one that fails stopping no other."""

import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import NamedTuple

import filelock

from litemill.bench.machine import machine
from litemill.devices import adb as adb_client
from litemill.devices import plan, selection, status, tool, transport
from litemill.devices.adb import Adb
from litemill.devices.folder import Folder, name_of
from litemill.devices.journal import Journal, left_open
from litemill.devices.measure import Bench, Tool, measure
from litemill.devices.phone import Phone
from litemill.devices.selection import AbsentError
from litemill.devices.transport import Stop, Transport
from litemill.ground.errors import DeviceError, LitemillError
from litemill.records.device import Device
from litemill.settings.devices import Measuring

HOST = "this machine"


LOCK_S = 3600


class Attached(NamedTuple):
    """A target's device: where it is reached, what it is, the ABIs that it runs, where folders go."""

    place: Transport
    serial: str
    handset: Device
    abis: list[str]
    folder: str


def measure_all(settings: Measuring) -> list[str]:
    """Take all figures that are wanted and not recorded; give the targets whose device is not attached.

    Raises
    ------
    LitemillError
        A device is there and can't be measured; the others' figures are taken.
    """
    lock = Path(tempfile.gettempdir()) / f"{name_of('lock')}.lock"  # of this checkout
    try:
        # of a build that was killed the stage may go on for a while
        with filelock.FileLock(lock, timeout=LOCK_S):
            return _measure_all(settings)
    except filelock.Timeout:
        raise DeviceError("another build has been measuring on devices", expected=f"its end in {LOCK_S} s",
                          remedy="wait for it, or end it") from None  # fmt: skip


def _measure_all(settings: Measuring) -> list[str]:
    """Do so, alone in this checkout."""
    names = [name for name in settings.targets if left_open(name) or plan.pending(name, plan.items(name, settings))]
    serials, absent, failed = _serials(names, settings)
    stop = Stop()
    with ThreadPoolExecutor(max(1, len(serials))) as threads:
        running = {name: threads.submit(_measure, name, settings, serial, stop) for name, serial in serials.items()}
        _await(running, stop)
    failed |= {name: error for name, one in running.items() if (error := _error(one)) is not None}
    for name, error in failed.items():
        _say(name, f"error: {error}")
    if failed:
        first = next(iter(failed.values()))
        if len(failed) == 1:
            raise first
        raise DeviceError(f"{len(failed)} of {len(names)} targets failed", got=", ".join(failed),
                          remedy="see the lines above")  # fmt: skip
    return absent


def _serials(names: list[str], settings: Measuring) -> tuple[dict[str, str], list[str], dict[str, LitemillError]]:
    """Find each target's device; give serials, the targets whose device is absent, and those where it can't be used."""
    serials: dict[str, str] = {}
    absent: list[str] = []
    failed: dict[str, LitemillError] = {}
    adb = None
    for name in names:
        target = settings.targets[name]
        try:
            if not target.host:
                adb = adb or Adb(adb_client.find())
            serials[name] = HOST if adb is None or target.host else selection.find(adb, name, target)
            selection.require_distinct(serials)
        except AbsentError as error:
            _say(name, str(error))
            absent.append(name)
        except LitemillError as error:
            serials.pop(name, None)
            failed[name] = error
    return serials, absent, failed


def _measure(name: str, settings: Measuring, serial: str, stop: Stop) -> None:
    """Measure a target, in a thread of its own."""
    device = _device(name, settings, serial, stop)
    folder = Folder(device.place, f"{device.folder}/{name_of(name)}")
    journal = Journal(name, serial)
    say: Callable[[str], None] = lambda text: _say(name, text)  # noqa: E731
    with _opened(folder, journal, serial):
        if plan.pending(name, plan.items(name, settings)):
            abi, chosen = tool.choose(device.abis, settings.tool, name)
            built = Tool(*tool.get(abi, chosen))
            folder.make()
            bench = Bench(name, settings, folder, built, stop)
            measure(name, settings, bench, journal, (device.handset, built.sha256), say)


@contextlib.contextmanager
def _opened(folder: Folder, journal: Journal, serial: str) -> Iterator[None]:
    """Note that a folder is there, and remove it whatever happens; where that fails, the next run does it."""
    journal.open(serial, folder.path)
    try:
        yield
    except BaseException:
        with contextlib.suppress(DeviceError):  # what went wrong first is what is said
            folder.remove()
            journal.close()
        raise
    folder.remove()
    journal.close()


def _device(name: str, settings: Measuring, serial: str, stop: Stop) -> Attached:
    """Reach a target's device and read what it is."""
    target = settings.targets[name]
    if target.host:
        told, abi = machine(), transport.host_abi()
        return Attached(
            transport.Host(), serial, Device(told.cpu, "", abi, told.system, ""), [abi], tempfile.gettempdir()
        )
    place = Phone(Adb(adb_client.find()), serial, stop)
    return Attached(place, serial, status.describe(place), status.abis(place), target.folder)


def _await(running: dict[str, "Future[None]"], stop: Stop) -> None:
    """Wait for all; after Ctrl-C tell them to end, and wait until their devices are clean."""
    try:
        wait(running.values())
    except KeyboardInterrupt:
        stop.set()
        print("cleaning the devices, a moment", file=sys.stderr, flush=True)
        wait(running.values())
        raise


def _error(one: "Future[None]") -> LitemillError | None:
    """Return what a thread failed with; what is no error of ours is a bug, and raised."""
    error = one.exception()
    if error is not None and not isinstance(error, LitemillError):
        raise error
    return error


def _say(name: str, text: str) -> None:
    """Print a line of a target's progress."""
    print(f"{name}: {text}", file=sys.stderr, flush=True)
