"""The list of the phones of all workers: `litemill devices --scheduler ADDRESS`."""

from litemill.fanout import cluster, phones, snapshot
from litemill.fanout.head import Head
from litemill.fanout.jobs import Jobs
from litemill.fanout.phones import Hung
from litemill.render.table import Row, Table, terminal, words
from litemill.settings import params

NOTHING = "no worker announces a phone -> start one beside the phone: dask worker ... --resources device:SERIAL=1"


def listed(scheduler: str, keys: tuple[str, str, str]) -> str:
    """Return a table of the phones of all workers that announce some; `keys` are the files for TLS."""
    taken = snapshot.take()
    with cluster.reached(scheduler, cluster.Keys(*keys)) as client:
        head = Head(client, taken.bundle, Jobs(params.load(), taken.commit, here=False), print)
        found = phones.hung(head)
    rows = tuple(Row(cells(one)) for one in found)
    return terminal(Table(words("worker", "serial", "state", "model", "SoC", "Android"), rows)) if found else NOTHING


def cells(one: Hung) -> tuple[str, ...]:
    """Write a phone as a row."""
    phone, device = one.phone, one.phone.device
    state = phone.state if one.announced else f"{phone.state} -> --resources device:{phone.serial}=1"
    state = f"{phone.state} -> {phone.remedy}" if phone.remedy else state
    told = (device.model, device.soc, device.android) if device else ("", "", "")
    return one.worker, phone.serial, state, *told
