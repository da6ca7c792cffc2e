"""The scheduler that hands units to workers: one of the user's own, or a small one on this machine."""

import contextlib
import logging
import tempfile
from collections.abc import Iterator
from typing import NamedTuple

import dask
from distributed import Client, LocalCluster
from distributed.security import Security

from litemill.ground.errors import LitemillError

WORKERS_S = 60


class Keys(NamedTuple):
    """Files for TLS: who is trusted, the own certificate, its key; empty without TLS."""

    ca: str = ""
    cert: str = ""
    key: str = ""


@contextlib.contextmanager
def reached(address: str, keys: Keys) -> Iterator[Client]:
    """Return a connection to the scheduler at `address`; LitemillError where there is none, or no worker."""
    with _quiet(), _client(address, keys) as client:
        try:
            client.wait_for_workers(1, timeout=WORKERS_S)
        except TimeoutError:
            raise LitemillError(f"{address}: has no worker", expected=f"one within {WORKERS_S} s",
                                remedy="start one: dask worker ADDRESS --nthreads 1") from None  # fmt: skip
        yield client


@contextlib.contextmanager
def local(workers: int) -> Iterator[Client]:
    """Return a connection to so many worker processes on this machine, of a thread each, which end with it.

    They talk over TLS with keys of the moment, so that no other user of the machine can run code by them.
    """
    security = Security.temporary()
    with _quiet(), tempfile.TemporaryDirectory(prefix="litemill-fanout-") as folder:
        cluster = LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", protocol="tls://",
            dashboard_address="127.0.0.1:0", local_directory=folder, security=security, memory_limit=0,
        )  # fmt: skip
        with cluster, Client(cluster, security=security) as client:
            yield client


def benches(client: Client) -> list[str]:
    """Return the workers that announce a quiet host, after seeing that each is one.

    Raises
    ------
    LitemillError
        One may do something else meanwhile: it has several threads, or shares its host.
    """
    workers = client.scheduler_info(n_workers=-1)["workers"]
    found = [place for place, one in workers.items() if one["resources"].get("bench")]
    for place in found:
        others = [other for other, one in workers.items() if other != place and one["host"] == workers[place]["host"]]
        if others or workers[place]["nthreads"] > 1 or workers[place]["resources"]["bench"] > 1:
            raise LitemillError(f"{place}: announces bench, and is not quiet", expected="one thread, alone on its host",
                                got=f"{workers[place]['nthreads']} threads, {len(others)} other workers there",
                                remedy="start it with: --nworkers 1 --nthreads 1 --resources bench=1")  # fmt: skip
    return found


def _client(address: str, keys: Keys) -> Client:
    if any(keys) and not all(keys):
        raise LitemillError("TLS needs three files", expected="--tls-ca, --tls-cert and --tls-key", got=keys)
    security = Security(
        tls_ca_file=keys.ca, tls_client_cert=keys.cert, tls_client_key=keys.key, require_encryption=True
    ) if any(keys) else None  # fmt: skip
    try:
        return Client(address, security=security)
    except (OSError, ValueError, RuntimeError, TypeError) as error:
        raise LitemillError(f"{address}: no scheduler answers", got=error,
                            remedy="see that it runs, that this machine can reach it, and whether it wants TLS "
                                   "(tls://HOST:PORT and --tls-ca, --tls-cert, --tls-key)") from None  # fmt: skip


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask's own log, and its wonder at a bundle's size, from the terminal; what matters is said as an error."""
    # some of Dask's loggers have a level of their own; none is set back, since its threads write on after the end
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}):
        yield
