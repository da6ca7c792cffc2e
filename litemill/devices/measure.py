"""The measuring of one target, from an open folder to records; whatever happens, the device is left clean."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from litemill.devices import command, plan, status
from litemill.devices.detached import Detached
from litemill.devices.figure import figure, process
from litemill.devices.folder import Folder, sha256_of
from litemill.devices.journal import Journal, Taken
from litemill.devices.plan import CHECK, Item, Step
from litemill.devices.transport import Stop
from litemill.records.device import Device
from litemill.settings.devices import Measuring, Target

Say = Callable[[str], None]


class Tool(NamedTuple):
    """The benchmark tool's file on this machine."""

    file: Path
    sha256: str


class Bench:
    """A target's device, ready to run steps.

    Parameters
    ----------
    name, settings
        The target, and all settings.
    folder
        Ours on the device.
    tool
        The benchmark tool for it.
    stop
        Ends what waits.
    """

    def __init__(self, name: str, settings: Measuring, folder: Folder, tool: Tool, stop: Stop) -> None:
        self._settings, self._folder, self._tool, self._stop = settings, folder, tool, stop
        self._target: Target = settings.targets[name]
        self._detached = Detached(folder, stop)

    def clear(self, kept: set[str]) -> set[str]:
        """End and remove runs of other plans; give the names of those that are there and kept."""
        said = self._folder.place.shell(f"cd {self._folder.path} && ls").text.split()
        runs = {name.removeprefix("run-") for name in said if name.startswith("run-")}
        for name in sorted(runs - kept):
            self._detached.end(name)
        return runs & kept

    def take(self, step: Step, position: int) -> Taken:
        """Do a step: see the tool to its end and read what it said."""
        return self._checked(step) if step.process == CHECK else self._timed(step, position)

    def done(self, step: Step) -> None:
        """Remove what a step left on the device."""
        self._detached.end(step.name)

    def _timed(self, step: Step, position: int) -> Taken:
        item, place = step.item, self._folder.place
        tool, model, mask = self._put(item)
        before, waited = None, 0.0
        state = self._detached.state(step.name)
        if state == "absent":
            before, waited = status.cooled(place, self._target, self._stop)
        line = command.timed(tool, model, item.configuration, self._target, mask)
        run, resumed = self._detached.run(step.name, line, self._target.limit_s, state)
        if not run.ok:
            return Taken(item.key, step.process, run.reason or "failed", None, run.delegate, run.delegation)
        timed = process(run, position, None if resumed else before, status.condition(place), waited)
        return Taken(item.key, step.process, "", timed, run.delegate, run.delegation)

    def _checked(self, step: Step) -> Taken:
        from litemill.devices.check import Check  # noqa: PLC0415  LiteRT, for those who measure only

        item = step.item
        check = Check(item, self._settings.recipe(item.artifact).tolerance)
        tool, model, mask = self._put(item)
        with tempfile.TemporaryDirectory() as beside:
            feeds = [self._folder.put(*sha256_of(data, Path(beside))) for data in check.inputs()]
        line = command.once(tool, model, item.configuration, mask, command.Feed(check.shapes, tuple(feeds)))
        run, _ = self._detached.run(step.name, line, self._target.limit_s, self._detached.state(step.name))
        output = self._detached.output(step.name, "output") if run.ok else None
        if output is None:
            reason = f"accuracy not checked: {run.reason or 'the tool wrote no output'}"
            return Taken(item.key, step.process, reason)
        accuracy, wrong = check.judged(output)
        return Taken(item.key, step.process, accuracy=accuracy, wrong=wrong)

    def _put(self, item: Item) -> tuple[str, str, str | None]:
        """See that tool and file are on the device; give their paths, and the mask of cores if there is one."""
        tool = self._folder.put(self._tool.file, self._tool.sha256, program=True)
        model = self._folder.put(item.file, item.sha256)
        return tool, model, status.big_cores(self._folder.place) if item.configuration.cores == "big" else None


def measure(
    name: str, settings: Measuring, bench: Bench, journal: Journal, device: tuple[Device, str], say: Say
) -> None:
    """Take all figures of a target that are not recorded; `device` is its description and the tool's SHA-256.

    Each figure is recorded as soon as its last process has ended.
    """
    wanted = plan.items(name, settings)
    left = plan.pending(name, wanted)
    processes = settings.targets[name].processes
    seed, steps = plan.order(left, processes)
    journal.keep({item.key for item in left})
    taken = journal.load()
    position = {step.name: index for index, step in enumerate(steps)}
    there = bench.clear({step.name for step in steps if step.name not in taken})
    # what still runs from before a kill comes first, so that nothing runs beside it
    for step in sorted(steps, key=lambda one: one.name not in there):
        same = [taken[one.name] for one in steps if one.item.key == step.item.key and one.name in taken]
        failed = any(one.process != CHECK and one.timed is None for one in same)
        if step.name not in taken and not failed:
            taken[step.name] = bench.take(step, position[step.name])
            journal.save(step.name, taken[step.name])
            same.append(taken[step.name])
            say(f"{len(taken)}/{len(steps)} {step.item.title}: {_said(taken[step.name])}")
        if step.name in there or step.name in taken:
            bench.done(step)
        if step.item in left and _whole(same, processes, checked=not step.item.baseline):
            left.remove(step.item)
            same.sort(key=lambda one: one.timed.position if one.timed else -1)
            plan.recorded(name, wanted, figure(step.item, same, *device, seed), step.item.network)
    journal.forget()


def _whole(same: list[Taken], processes: int, *, checked: bool) -> bool:
    """Tell whether nothing more is to come of an item."""
    if any(one.process != CHECK and one.timed is None for one in same):
        return True
    return len(same) == processes + checked


def _said(taken: Taken) -> str:
    """Say in a few words what came of a step."""
    if taken.timed:
        return f"{taken.timed.median_ms:.3g} ms"
    if taken.accuracy and not taken.wrong:
        return "the output is right"
    return taken.wrong or taken.reason or "done"
