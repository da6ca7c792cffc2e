"""Have a build's units built by the workers of a Dask cluster, or by processes here; docs/scale.md says how."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distributed import Client

from litemill.core import files, stage, units
from litemill.core import params as parameters
from litemill.core.errors import LitemillError
from litemill.core.units import Unit
from litemill.fanout import checkout, cluster, snapshot, worker
from litemill.fanout.head import Head
from litemill.fanout.worker import Job, Outcome

LOGS = Path(".fanout")


def fanout(
    scheduler: str = "", local: str = "", most: str = "", tls_ca: str = "", tls_cert: str = "", tls_key: str = ""
) -> str:
    """Have all units built; `most` cuts networks of more recipes."""
    params = parameters.load()
    wanted = units.units(params, count(most, "most") if most else 0)
    keys = cluster.Keys(tls_ca, tls_cert, tls_key)
    shared = checkout.remote() if local else checkout.require_remote()
    taken = snapshot.take()

    def job(unit: Unit) -> Job:
        push = [] if local else ["--push"]
        return {
            "unit": unit.name,
            "commit": taken.commit,
            "command": ["-m", "stages.unit", unit.name, "--most", most or "0", *push],
            "versions": worker.versions(),
            "remote": shared.name if shared else "",
            "url": shared.url if shared else "",
            "cache": str(checkout.cache()) if local else "",
            "memory_bytes": params.limits.memory_bytes(unit.network),
            "limit_s": params.limits.seconds(unit.network),
        }

    with connected(scheduler, local, keys) as client:
        here = [unit for unit in wanted if unit.bench and not cluster.benches(client)]
        rest = [unit for unit in wanted if unit not in here]
        say(f"{len(rest)} units, {len(client.scheduler_info()['workers'])} workers, dashboard: {client.dashboard_link}")
        if here:
            say("no worker announces bench=1: latencies are taken here, at the end")
        failed = Head(client, taken.bundle, job, say).build(rest)
    if failed:
        raise LitemillError(f"{len(failed)} of {len(rest)} units failed", got=", ".join(logged(failed)),
                            remedy="see their logs; mend it, then run it again: what is built is kept")  # fmt: skip
    checkout.repro()  # restores what they built, and goes on from there
    return f"{len(rest)} units built, restored here"


@contextmanager
def connected(scheduler: str, local: str, keys: cluster.Keys) -> Iterator[Client]:
    """Connect to the one scheduler that the command line names."""
    if bool(scheduler) == bool(local):
        raise LitemillError("one scheduler must be named", got=f"scheduler {scheduler!r}, local {local!r}",
                            remedy="make fanout SCHEDULER=tcp://HOST:8786, or make fanout LOCAL=2")  # fmt: skip
    with cluster.reached(scheduler, keys) if scheduler else cluster.local(count(local, "local")) as client:
        yield client


def count(text: str, option: str) -> int:
    """Read a number of the command line."""
    if not text.isdecimal() or not int(text):
        raise LitemillError(f"--{option}", expected="a number of 1 or more", got=text)
    return int(text)


def logged(failed: dict[str, Outcome]) -> Iterator[str]:
    """Keep the log of each unit that failed; give its name and where the log lies."""
    for name, outcome in failed.items():
        path = LOGS / f"{name}.log"
        files.write(path, f"{outcome['log']}\n{outcome['where']}: {outcome['why']}\n".encode())
        yield f"{name} ({path})"


def say(text: str) -> None:
    """Print a line of progress."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DASK_DISTRIBUTED__ADMIN__LARGE_GRAPH_WARNING_THRESHOLD", "100MB")  # the bundle
    stage.run(fanout)
