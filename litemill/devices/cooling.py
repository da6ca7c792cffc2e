"""Waits until a device is cool enough to be measured."""

import time

from litemill.core.device_records import Condition
from litemill.core.errors import DeviceError
from litemill.core.targets import Target
from litemill.devices import handset
from litemill.devices.place import Place, Stop

POLL_S = 10.0


def cooled(place: Place, target: Target, stop: Stop) -> tuple[Condition, float]:
    """Wait the pause of a target, then until its device is cool; give its state, and the seconds of the second wait.

    Raises
    ------
    DeviceError
        It stays too hot.
    """
    stop.pause(target.pause_s)
    start = time.monotonic()
    while reason := hot(state := handset.condition(place), target):
        if time.monotonic() - start > target.cool_limit_s:
            raise DeviceError(
                f"the device stays too hot ({reason})", expected=f"cool in {target.cool_limit_s:g} s",
                remedy="put it where it cools, take it off fast charging, or raise cool_c; it goes on from there",
            )  # fmt: skip
        stop.pause(min(POLL_S, target.cool_limit_s or POLL_S))
    waited = time.monotonic() - start
    return state, waited if waited >= POLL_S else 0.0


def hot(state: Condition, target: Target) -> str:
    """Say why a device is too hot; empty where it is not, or states nothing."""
    if state.thermal_status:
        return f"thermal status {state.thermal_status}"
    if state.battery_c is not None and state.battery_c > target.cool_c:
        return f"battery {state.battery_c:g} °C, over {target.cool_c:g}"
    return ""
