"""Which attached device a target means."""

from collections.abc import Mapping

from litemill.devices.adb import Adb, Listed
from litemill.devices.transport import SHELL_S, DroppedError
from litemill.ground.errors import DeviceError
from litemill.settings.devices import Target


class AbsentError(DeviceError):
    """No device is attached that a target could mean; its committed figures stay as they are."""


def model_of(adb: Adb, serial: str) -> str:
    """Ask a device for its model; empty where it does not answer."""
    try:
        return adb.shell(serial, "getprop ro.product.model", SHELL_S).text.strip()
    except DroppedError:
        return ""


def find(adb: Adb, name: str, target: Target) -> str:
    """Return the serial of a target's device.

    Raises
    ------
    AbsentError
        It is not attached.
    DeviceError
        It can't be used as it is, or there are two.
    """
    listed = adb.devices()
    if target.serial is not None:
        if target.serial not in {one.serial for one in listed} and ":" in target.serial:
            adb.connect(target.serial)
            listed = adb.devices()
        return _only(name, [one for one in listed if one.serial == target.serial], f"serial {target.serial}")
    if target.model is None:
        return _only(name, listed, "any device")
    asked = target.model.casefold()
    fitting = [one for one in listed if one.state == "device" and model_of(adb, one.serial).casefold() == asked]
    # a device in another state does not say its model
    return _only(name, fitting or [one for one in listed if one.state != "device"], f"model {target.model}")


def _only(name: str, found: list[Listed], wanted: str) -> str:
    """Return the one device that can be used."""
    usable = [one for one in found if one.state == "device"]
    if len(usable) > 1:
        serials = ", ".join(one.serial for one in usable)
        raise DeviceError(f"{name}: {len(usable)} devices fit", expected=wanted, got=serials,
                          remedy=f"set targets.{name}.serial in params.yaml")  # fmt: skip
    if usable:
        return usable[0].serial
    if found:
        raise DeviceError(f"{name}: {found[0].serial} can't be used", expected="device", got=found[0].state,
                          remedy=found[0].remedy)  # fmt: skip
    raise AbsentError(f"{name}: not attached", expected=wanted, remedy="plug it in, then run: make phones")


def require_distinct(serials: Mapping[str, str]) -> None:
    """Raise DeviceError if two targets mean the same device: they would disturb each other."""
    by_serial: dict[str, str] = {}
    for name, serial in serials.items():
        if serial in by_serial:
            raise DeviceError(f"targets {by_serial[serial]} and {name} are the same device", got=serial,
                              remedy="give one of them the other's configurations, or its serial")  # fmt: skip
        by_serial[serial] = name
