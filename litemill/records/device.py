"""Figures that were taken on devices, as git keeps them: one record a target and network."""

from typing import Literal

import msgspec

from litemill.records.base import Record
from litemill.settings.devices import Configuration

Extent = Literal["full", "partial", "none", "not_stated"]


# `not_delegated`: the delegate that was asked for did not take the whole graph, or nobody knows
Outcome = Literal["measured", "not_delegated", "wrong", "failed"]


class Device(Record, frozen=True):
    """The device that figures were taken on; what it does not state is empty.

    Parameters
    ----------
    model, soc
        The device's name, and its chip's.
    abi
        What its programs are built for.
    android, build
        Version of the system, and its build.
    """

    model: str
    soc: str
    abi: str
    android: str
    build: str


class Condition(Record, frozen=True, omit_defaults=True):
    """The state of a device at a moment; null where it does not state it.

    Parameters
    ----------
    thermal_status
        0 (none) to 6 (shutdown), as Android counts.
    battery_percent, battery_c
        Of the battery.
    frequency_cap
        The least share, over the cores, of their own highest frequency that they may run at.
    screen_on, load
        Whether the screen is awake; processes that wanted to run over the last minute.
    """

    thermal_status: int | None = None
    battery_percent: int | None = None
    battery_c: float | None = None
    frequency_cap: float | None = None
    screen_on: bool | None = None
    load: float | None = None


class Process(Record, frozen=True, omit_defaults=True):
    """One process of the tool; null is what the tool does not state.

    Parameters
    ----------
    median_ms
        Of its runs; their mean where the tool states no median.
    waited_s
        For the device to cool.
    before, after
        The device's state ahead of it, null where the build was killed while it ran; and once it had ended.
    position
        Its place in the shuffled order.
    p95_ms, runs
        95th percentile of its runs, and how many they were.
    init_ms, memory_mb
        To load the file; growth of memory over the whole run.
    """

    position: int
    median_ms: float
    p95_ms: float | None
    runs: int | None
    init_ms: float | None
    memory_mb: float | None
    before: Condition | None
    after: Condition
    waited_s: float = 0.0


class Figure(Record, frozen=True, omit_defaults=True):
    """A file on a device in one configuration.

    Parameters
    ----------
    key
        `litemill.settings.devices.Target.key`: what the figure is of.
    artifact, sha256
        Recipe, or catalogue entry of an official file; the file itself.
    configuration, delegate, delegation
        What was asked for; which delegate took how much of the graph.
    reason
        Why it failed, or what makes it doubtful.
    median_ms, p95_ms
        Medians over the processes.
    low_ms, high_ms
        The interval that holds the typical process's median with 95 % confidence; null for one process.
    spread
        Interquartile range of the processes' medians over their median.
    drift
        By which share the processes got slower over the run (negative: faster), by a line through them.
    throttled
        Whether the device said that it held itself back, or the drift is over 5 %.
    accuracy
        Of one evaluation picture, on the device and the delegate, against the original; empty where not checked.
    outcome
        `measured`; `not_delegated` where the delegate did not take the whole graph; `wrong` output; or
        `failed`.
    handset, tool_sha256
        The device, and the tool that ran there.
    seed
        Of the order of the processes.
    init_ms, memory_mb
        Medians over the processes.
    processes
        Each of them.
    baseline
        Whether the file is an official one.
    """

    key: str
    artifact: str
    sha256: str
    configuration: Configuration
    outcome: Outcome
    handset: Device
    tool_sha256: str
    seed: int
    reason: str = ""
    delegate: str | None = None
    delegation: Extent = "not_stated"
    median_ms: float | None = None
    p95_ms: float | None = None
    low_ms: float | None = None
    high_ms: float | None = None
    spread: float | None = None
    drift: float | None = None
    throttled: bool = False
    init_ms: float | None = None
    memory_mb: float | None = None
    accuracy: dict[str, float] = msgspec.field(default_factory=dict)
    processes: tuple[Process, ...] = ()
    baseline: bool = False


class DeviceRecord(Record, frozen=True):
    """All figures of a network on a target.

    Parameters
    ----------
    target, network
        Where, and of what.
    figures
        One a file and configuration.
    """

    target: str
    network: str
    figures: tuple[Figure, ...]
