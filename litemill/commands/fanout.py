"""Have a build's units built by the workers of a Dask cluster, or by processes here; docs/scale.md says how."""

import sys

from distributed import Client

from litemill.fanout import checkout, cluster, phones, snapshot, units
from litemill.fanout.head import Head
from litemill.fanout.jobs import Jobs
from litemill.fanout.units import Unit
from litemill.ground.errors import LitemillError
from litemill.settings import params as params_module
from litemill.settings.params import Params


def fanout(
    scheduler: str = "", local: int = 0, most: int = 0, tls_ca: str = "", tls_cert: str = "", tls_key: str = ""
) -> str:
    """Have all units built, then restore them and go on from there; `most` cuts networks of more recipes."""
    params = params_module.load()
    if bool(scheduler) == bool(local):
        raise LitemillError("one scheduler must be named", got=f"--scheduler {scheduler!r}, --local {local}",
                            remedy="make fanout SCHEDULER=tcp://HOST:8786, or make fanout LOCAL=2")  # fmt: skip
    taken = snapshot.take()
    jobs = Jobs(params, taken.commit, most, here=bool(local))
    keys = cluster.Keys(tls_ca, tls_cert, tls_key)
    with cluster.reached(scheduler, keys) if scheduler else cluster.local(local) as client:
        head = Head(client, taken.bundle, jobs, say)
        wanted = chosen(client, head, params, most)
        failed = head.build(wanted)
    phones.keep(head.files, params)
    if failed:
        raise LitemillError(f"{len(failed)} of {len(wanted)} units failed", got=", ".join(failed),
                            remedy="see their logs; mend it, then run it again: what is built is kept")  # fmt: skip
    checkout.repro()
    return f"{len(wanted)} units built by workers, restored here"


def chosen(client: Client, head: Head, params: Params, most: int) -> list[Unit]:
    """Return the units that some worker can build; the rest is left to this machine."""
    found = list(units.units(params, most))
    bench = bool(cluster.benches(client))
    if not bench:
        found = [unit for unit in found if unit.needs != units.BENCH]
        say("no worker announces bench=1: latencies are taken here, at the end")
    if params.targets:
        seen = phones.hung(head)
        needs = phones.needs(params, seen, bench=bench)
        found += units.phones(params, needs)
        for name in params.targets.keys() - needs.keys():
            there = ", ".join(f"{one.phone.serial} ({one.phone.state})" for one in seen) or "none"
            say(f"{name}: no worker announces its phone; there are: {there}")
    say(f"{len(found)} units, {len(client.scheduler_info()['workers'])} workers, dashboard: {client.dashboard_link}")
    return found


def say(text: str) -> None:
    """Print a line of progress."""
    print(text, file=sys.stderr, flush=True)
