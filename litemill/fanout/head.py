"""The head hands units to workers, those first that others wait for, and says what became of each."""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent import futures
from pathlib import Path
from typing import Any, NamedTuple

import cloudpickle
import distributed
from distributed import Client, Future
from distributed.comm.core import CommClosedError

from litemill.fanout import worker
from litemill.fanout.jobs import Jobs
from litemill.fanout.units import Unit
from litemill.fanout.worker import Outcome
from litemill.ground import io
from litemill.ground.errors import LitemillError

TURN_S = 5
NO_WORKER_S = 300
CLEANING_S = 30
LOOK_S = 0.2
ATTEMPTS = 2
FIRST = 1 << 60  # ahead of all units
ASK_S = 60
LOGS = Path(".fanout")
KEPT = "start it, then run it again: what is built is kept"
# what Dask raises where the connection to the scheduler breaks
LOST = (CommClosedError, asyncio.CancelledError, futures.CancelledError)


class Running(NamedTuple):
    """A unit in Dask's hands: which attempt it is, and the workers that may take it (all if empty)."""

    unit: Unit
    attempt: int
    places: frozenset[str]


class Head:
    """Sees a build's units through.

    Parameters
    ----------
    client
        The connection to the scheduler.
    bundle
        What the units are built of.
    jobs
        What workers are told.
    say
        Takes a line of progress.
    """

    def __init__(self, client: Client, bundle: bytes, jobs: Jobs, say: Callable[[str], None]) -> None:
        self.client, self.jobs, self.say = client, jobs, say
        self.work = _sent(worker.build)
        self.bundle = client.submit(bytes, bundle, key=f"litemill-{hashlib.sha256(bundle).hexdigest()[:16]}")
        self.waiting: dict[str, Unit] = {}
        self.running: dict[Future, Running] = {}
        self.done: set[str] = set()
        self.failed: dict[str, Outcome] = {}
        self.files: dict[str, str] = {}
        self.seen_at = time.monotonic()

    def build(self, units: Iterable[Unit]) -> dict[str, Outcome]:
        """Have all units built; give those that failed twice, by name. What waits for these is not tried."""
        self.waiting = {unit.name: unit for unit in units}
        total = len(self.waiting)
        try:
            while self._start() or self.running:
                for future in self._ended():
                    self._take(future, self.running.pop(future), total)
        except LOST:
            self.running = {}
            raise LitemillError("the scheduler is gone", remedy=KEPT) from None
        finally:
            self._clean()
        return self.failed

    def _start(self) -> bool:
        """Hand over what need not wait any more."""
        ready = [unit for unit in self.waiting.values() if self.done.issuperset(unit.after)]
        for unit in ready:
            del self.waiting[unit.name]
            self._submit(unit, 1)
        return bool(ready)

    def _submit(self, unit: Unit, attempt: int, but: str = "") -> None:
        """Hand a unit over, if need be to certain workers alone."""
        job = self.jobs.of(unit)
        able = {
            place: one for place, one in self._workers().items()
            if not one["memory_limit"] or not unit.own_memory or one["memory_limit"] >= job["memory_bytes"]
        }  # fmt: skip
        if unit.own_memory and not able:
            self._give_up(unit.name, refusal(f"no worker has its {job['memory_bytes'] / 1e9:.3g} GB"))
            return
        others = able.keys() - {but}
        places = frozenset(others or able) if unit.own_memory or but else frozenset()
        told = hashlib.sha256(json.dumps(job, sort_keys=True).encode()).hexdigest()[:16]
        future = self.client.submit(
            self.work, job, self.bundle, key=f"{unit.name}-{told}-{attempt}", priority=unit.work,
            resources={unit.needs: 1} if unit.needs else None, workers=sorted(places) or None,
        )  # fmt: skip
        self.running[future] = Running(unit, attempt, places)

    def _ended(self) -> list[Future]:
        """Return the units that ended within the next seconds; see that there still is somebody to build the others."""
        try:
            ended = list(distributed.wait(list(self.running), TURN_S, "FIRST_COMPLETED").done)
        except TimeoutError:
            ended = []
        workers = self._workers()
        if workers:
            self.seen_at = time.monotonic()
        elif time.monotonic() - self.seen_at > NO_WORKER_S:
            raise LitemillError("no worker is left", expected=f"one within {NO_WORKER_S} s", remedy=KEPT)
        for future, one in list(self.running.items()):
            if one.places and not one.places & workers.keys() and future not in ended:
                # who was to take it is gone
                del self.running[future]
                self._submit(one.unit, one.attempt)
        return ended

    def _take(self, future: Future, one: Running, total: int) -> None:
        """Take what came of a unit: it is done, tried once more, or given up."""
        outcome = self._outcome(future)
        name = one.unit.name
        if not outcome["why"]:
            self.done.add(name)
            self.files |= outcome["files"]
            _keep(name, outcome)
            told = f"built in {outcome['seconds']:.0f} s by {outcome['where']}"
            self.say(f"{name}: {told} ({len(self.done)} of {total})")
        elif one.attempt < ATTEMPTS:
            self.say(f"{name}: {outcome['why']}, by {outcome['where']}; once more")
            self._submit(one.unit, one.attempt + 1, outcome["where"])
        else:
            self._give_up(name, outcome)

    def _give_up(self, name: str, outcome: Outcome) -> None:
        """Go on with the others."""
        self.failed[name] = outcome
        errors = [line for line in outcome["log"].splitlines() if line.startswith(("error: ", "ERROR: "))]
        told = f"{outcome['why']}, by {outcome['where']}; given up: {' '.join(errors[:1])}"
        self.say(f"{name}: {told} (see {_keep(name, outcome)})")

    def ask(self, place: str, *command: str) -> str:
        """Return what a command of the checkout prints on a worker; empty where it has no time to answer."""
        job = self.jobs.asking(*command)
        future = self.client.submit(self.work, job, self.bundle, workers=[place], priority=FIRST, pure=False)
        try:
            outcome: Outcome = future.result(timeout=ASK_S)
        except TimeoutError:
            return ""
        return outcome["log"]

    def _outcome(self, future: Future) -> Outcome:
        """Return what a worker says, or what Dask says of one that can't."""
        if self.client.status != "running" or future.status in {"cancelled", "lost"}:
            raise LitemillError("the scheduler is gone", remedy=KEPT)
        try:
            outcome: Outcome = future.result(timeout=TURN_S)
        except Exception as error:  # noqa: BLE001  whatever a worker's end, or Dask itself, leaves
            return refusal(f"{type(error).__name__}: {error}".splitlines()[0])
        return outcome

    def _workers(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.client.scheduler_info(n_workers=-1)["workers"]
        return found

    def _clean(self) -> None:
        """Have workers leave what nobody waits for any more, and wait until their scratch checkouts are gone."""
        if not self.running or self.client.status != "running":
            return
        self.say("cleaning the workers, a moment")
        self.client.cancel(list(self.running))
        ends = time.monotonic() + CLEANING_S
        while time.monotonic() < ends and left(self.client):
            time.sleep(LOOK_S)


def left(client: Client) -> int:
    """Count the scratch checkouts that are still on workers; a worker that is gone has left none to wait for."""
    found: Mapping[str, int] = client.run(_sent(worker.left), on_error="ignore")
    return sum(found.values())


def refusal(why: str) -> Outcome:
    """Return the outcome of a unit that no worker has a word of."""
    return {"why": why, "log": "", "files": {}, "where": "nobody", "seconds": 0}


def _sent(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what workers can run that have no litemill: the module travels with a copy, which no name leads to."""
    cloudpickle.register_pickle_by_value(worker)
    copy: Callable[..., Any] = cloudpickle.loads(cloudpickle.dumps(function))
    return copy


def _keep(name: str, outcome: Outcome) -> Path:
    """Keep the log of a unit; give where it lies."""
    path = LOGS / f"{name}.log"
    io.write(path, f"{outcome['log']}\n{outcome['where']}: {outcome['why'] or 'built'}\n".encode())
    return path
