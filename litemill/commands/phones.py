"""Measure every artifact on every target that is attached; what is recorded and of today's artifacts stays."""

import signal

from msgspec.structs import replace

from litemill.devices import plan
from litemill.ground import io, project
from litemill.records import store
from litemill.settings import pieces, reader
from litemill.settings.devices import Measuring


def phones(target: str = "") -> str:
    """Take the figures that are wanted and not recorded, of one target or of all."""
    settings = pieces.of(Measuring, "networks", "recipes", "targets", "tool")
    if target:
        reader.require(target, settings.targets, str(project.PARAMS), "target")
        settings = replace(settings, targets={target: settings.targets[target]})
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # leaves the devices as clean as Ctrl-C does
    project.DEVICES.mkdir(parents=True, exist_ok=True)
    try:
        missing = missing_of(settings)
        if any(missing.values()) or project.UNFINISHED.exists():
            from litemill.devices.lab import measure_all  # noqa: PLC0415  for those who measure only

            measure_all(settings)
    finally:
        io.write(project.DEVICES_SUMMARY, store.encode(summary(settings)))
    if not settings.targets:
        return f"no targets in {project.PARAMS}: nothing to measure on devices"
    missing = missing_of(settings)
    lacking = ", ".join(f"{count} on {name}" for name, count in missing.items() if count)
    return f"{len(settings.targets)} targets, {f'missing: {lacking}' if lacking else 'all figures at hand'}"


def missing_of(settings: Measuring) -> dict[str, int]:
    """Count, by target, the figures that are wanted and not recorded."""
    return {name: len(plan.pending(name, plan.items(name, settings))) for name in settings.targets}


def summary(settings: Measuring) -> dict[str, dict[str, dict[str, float]]]:
    """Return today's medians in ms by network, artifact, and target with configuration: for `dvc metrics diff`."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for name in settings.targets:
        for item in plan.items(name, settings):
            for figure in plan.figures(name, item.network):
                if figure.key == item.key and figure.median_ms is not None and figure.outcome == "measured":
                    ways = found.setdefault(item.network, {}).setdefault(item.artifact, {})
                    ways[f"{name}, {item.configuration.label}"] = figure.median_ms
    return found
