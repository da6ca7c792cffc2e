"""The phones that hang on workers: what each is, and which targets they are."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from litemill.fanout.head import Head
from litemill.fanout.units import BENCH
from litemill.ground import io, project
from litemill.ground.errors import RecordError
from litemill.records.device import Device, DeviceRecord
from litemill.settings.devices import Target
from litemill.settings.params import Params

DEVICE = "device:"


class Found(msgspec.Struct, frozen=True):
    """A phone as `litemill devices --json` tells it."""

    serial: str
    state: str
    device: Device | None
    remedy: str


class Hung(NamedTuple):
    """A phone of a worker, and whether the worker announces it."""

    worker: str
    phone: Found
    announced: bool


def hung(head: Head) -> list[Hung]:
    """Ask all workers that announce phones for theirs."""
    workers = head.client.scheduler_info(n_workers=-1)["workers"]
    found = []
    for place, one in workers.items():
        serials = {name.removeprefix(DEVICE) for name in one["resources"] if name.startswith(DEVICE)}
        if serials:
            phones = _read(head.ask(place, "devices", "--json"))
            found += [Hung(place, phone, phone.serial in serials) for phone in phones]
    return found


def needs(params: Params, hung: list[Hung], *, bench: bool) -> dict[str, str]:
    """Return what a worker needs for each target that one of them can measure on."""
    usable = [one.phone for one in hung if one.announced and one.phone.state == "device"]
    found = {}
    for name, target in params.targets.items():
        fitting = [phone for phone in usable if _fits(phone, target)]
        if target.host and bench:
            found[name] = BENCH
        elif not target.host and len(fitting) == 1:
            found[name] = f"{DEVICE}{fitting[0].serial}"
    return found


def keep(records: Mapping[str, str], params: Params) -> None:
    """Keep the records that workers gave back, each after a look at what it is and where it goes."""
    known = {str(project.phoned(target, network)) for target in params.targets for network in params.networks}
    for name, text in records.items():
        try:
            msgspec.json.decode(text, type=DeviceRecord)
        except msgspec.MsgspecError as error:
            raise RecordError(f"{name}: is no record of a phone", got=error, remedy="see what the worker is") from None
        if name in known:
            io.write(Path(name), text.encode())


def _read(log: str) -> Iterator[Found]:
    """Read what a worker printed of its phones, among lines of something else."""
    for line in log.splitlines():
        with contextlib.suppress(msgspec.MsgspecError):
            yield msgspec.json.decode(line, type=Found)


def _fits(phone: Found, target: Target) -> bool:
    """Tell whether a target means a phone."""
    if target.serial is not None:
        return phone.serial == target.serial
    # what is told of a phone has its maker's name in front
    model = f" {phone.device.model}" if phone.device else ""
    return target.model is None or model.casefold().endswith(f" {target.model.casefold()}")
