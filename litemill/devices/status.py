"""What a device says of itself and of its state, and the wait until it is cool."""

import re
import time
from typing import NamedTuple

from litemill.devices.transport import Stop, Transport
from litemill.ground.errors import DeviceError
from litemill.records.device import Condition, Device
from litemill.settings.devices import Target

_CORES = "/sys/devices/system/cpu/cpu[0-9]*"


_FREQUENCIES = f"""for core in {_CORES}; do
  [ -r $core/cpufreq/cpuinfo_max_freq ] || continue
  echo "${{core##*cpu}} $(cat $core/cpufreq/cpuinfo_max_freq) $(cat $core/cpufreq/scaling_max_freq)"
done 2>/dev/null"""


_STATE = f"""dumpsys thermalservice 2>/dev/null | grep 'Thermal Status'
dumpsys battery 2>/dev/null | grep -E '^ *(level|scale|temperature):'
dumpsys power 2>/dev/null | grep 'mWakefulness='
echo "load: $(cat /proc/loadavg 2>/dev/null)"
{_FREQUENCIES}"""


_CORE = re.compile(r"^(\d+) (\d+) (\d+)$", re.MULTILINE)


class Core(NamedTuple):
    """A core by its number: the highest frequency that it has, and that it may run at now, in kHz."""

    number: int
    highest: int
    allowed: int


def describe(place: Transport) -> Device:
    """Read a phone's properties."""
    names = ("ro.product.manufacturer", "ro.product.model", "ro.soc.manufacturer", "ro.soc.model",
             "ro.board.platform", "ro.product.cpu.abi", "ro.build.version.release", "ro.build.fingerprint")  # fmt: skip
    said = place.shell("\n".join(f'echo "$(getprop {name})"' for name in names)).text.split("\n")
    maker, model, soc_maker, soc, platform, abi, android, build = (said + [""] * len(names))[: len(names)]
    name = model if model.lower().startswith(maker.lower()) else f"{maker} {model}"
    return Device(name, f"{soc_maker} {soc}".strip() or platform, abi, android, build)


def abis(place: Transport) -> list[str]:
    """Return the ABIs that a phone runs, its favourite first."""
    said = place.shell("getprop ro.product.cpu.abilist; getprop ro.product.cpu.abi").text
    return list(dict.fromkeys(re.findall(r"[\w-]+", said)))


def condition(place: Transport) -> Condition:
    """Read the state that a device is in; what it does not state is null."""
    text = place.shell(_STATE).text
    thermal, level, scale = (_number(rf"{word}: *(\d+)", text) for word in ("Thermal Status", "level", "scale"))
    tenths, load = _number(r"temperature: *(-?\d+)", text), _number(r"load: *([\d.]+)", text)
    awake = re.search(r"mWakefulness=(\w+)", text)
    shares = [core.allowed / core.highest for core in _cores(text) if core.highest]
    return Condition(
        thermal_status=None if thermal is None else int(thermal),
        battery_percent=None if level is None else round(100 * level / (scale or 100)),
        battery_c=None if tenths is None else tenths / 10,
        frequency_cap=min(shares, default=None),
        screen_on=None if awake is None else awake[1] == "Awake",
        load=load,
    )


def big_cores(place: Transport) -> str:
    """Return the mask, hexadecimal, of the cores that have the highest frequency; DeviceError if none states one."""
    cores = _cores(place.shell(_FREQUENCIES).text)
    if not cores:
        raise DeviceError("the device does not state its cores' frequencies", expected=f"{_CORES}/cpufreq",
                          remedy="leave out cores: big")  # fmt: skip
    highest = max(core.highest for core in cores)
    return f"{sum(1 << core.number for core in cores if core.highest == highest):x}"


def _cores(text: str) -> list[Core]:
    return [Core(*map(int, found)) for found in _CORE.findall(text)]


def _number(pattern: str, text: str) -> float | None:
    found = re.search(pattern, text)
    return float(found[1]) if found else None


POLL_S = 10.0


def cooled(place: Transport, target: Target, stop: Stop) -> tuple[Condition, float]:
    """Wait the pause of a target, then until its device is cool; give its state, and the seconds of the second wait.

    Raises
    ------
    DeviceError
        It stays too hot.
    """
    stop.pause(target.pause_s)
    start = time.monotonic()
    while reason := hot(state := condition(place), target):
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
