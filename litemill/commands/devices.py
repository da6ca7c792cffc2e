"""List the phones that adb knows: model, SoC, ABI, Android version, state, and what to do about it."""

from typing import TYPE_CHECKING

import msgspec

from litemill.devices import adb, status
from litemill.devices.phone import Phone
from litemill.devices.transport import DroppedError, Stop
from litemill.ground.errors import LitemillError
from litemill.records.device import Device
from litemill.render.table import Row, Table, terminal, words
from litemill.settings import params

if TYPE_CHECKING:
    from litemill.fanout.phones import Hung

NOTHING = (
    "no device is attached -> on the phone: enable developer options (tap the build number seven times), "
    "switch USB debugging on, plug it in, allow this computer; see docs/devices.md"
)
NOTHING_AT_WORKERS = (
    "no worker announces a phone -> start one beside the phone: dask worker ... --resources device:SERIAL=1"
)


class Found(msgspec.Struct, frozen=True):
    """A device: its serial and state, what it is (null unless it answers), what to do so that it can be used."""

    serial: str
    state: str
    device: Device | None
    remedy: str


def devices(*, json: bool = False, scheduler: str = "", tls_ca: str = "", tls_cert: str = "", tls_key: str = "") -> str:
    """List the phones that adb knows; with `scheduler`, those of all workers of a Dask cluster.

    With `json`, as one JSON object a line.
    """
    if scheduler and json:
        raise LitemillError("--json and --scheduler can't be given together", remedy="leave one of them out")
    if scheduler:
        return at_workers(scheduler, (tls_ca, tls_cert, tls_key))
    client = adb.Adb(adb.find())
    found = [described(client, one) for one in client.devices()]
    if json:
        return "\n".join(msgspec.json.encode(one).decode() for one in found)
    rows = tuple(Row(cells(one)) for one in found)
    return terminal(Table(words("serial", "state", "model", "SoC", "ABI", "Android"), rows)) if found else NOTHING


def described(client: adb.Adb, one: adb.Listed) -> Found:
    """Ask a device what it is."""
    if one.state == "device":
        try:
            return Found(one.serial, one.state, status.describe(Phone(client, one.serial, Stop(), return_s=0)), "")
        except DroppedError:
            return Found(one.serial, "silent", None, "plug it in again")
    return Found(one.serial, one.state, None, one.remedy)


def cells(one: Found) -> tuple[str, ...]:
    """Write a device as a row."""
    if one.device is None:
        return one.serial, f"{one.state} -> {one.remedy}", "", "", "", ""
    return one.serial, one.state, one.device.model, one.device.soc, one.device.abi, one.device.android


def at_workers(scheduler: str, keys: tuple[str, str, str]) -> str:
    """List the phones of all workers that announce some; `keys` are the files for TLS."""
    # Dask's packages are for those who have a cluster
    from litemill.fanout import cluster, phones, snapshot  # noqa: PLC0415
    from litemill.fanout.head import Head  # noqa: PLC0415
    from litemill.fanout.jobs import Jobs  # noqa: PLC0415

    taken = snapshot.take()
    with cluster.reached(scheduler, cluster.Keys(*keys)) as client:
        head = Head(client, taken.bundle, Jobs(params.load(), taken.commit, here=False), print)
        found = phones.hung(head)
    rows = tuple(Row(cells_at_worker(one)) for one in found)
    columns = words("worker", "serial", "state", "model", "SoC", "Android")
    return terminal(Table(columns, rows)) if found else NOTHING_AT_WORKERS


def cells_at_worker(one: "Hung") -> tuple[str, ...]:
    """Write a phone of a worker as a row."""
    phone, device = one.phone, one.phone.device
    state = phone.state if one.announced else f"{phone.state} -> --resources device:{phone.serial}=1"
    state = f"{phone.state} -> {phone.remedy}" if phone.remedy else state
    told = (device.model, device.soc, device.android) if device else ("", "", "")
    return one.worker, phone.serial, state, *told
