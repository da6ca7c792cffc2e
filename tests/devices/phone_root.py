"""A folder that stands for a phone's root: its files, its commands, its processes.

Shell lines run for real, with paths of a phone (`/data`, `/sys`, ...) led into the folder and a PATH that holds
what Android's toybox has and nothing else.
"""

import os
import re
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path

from devices import phone_processes
from devices.phone_commands import COMMANDS, TOYBOX

TMP = "/data/local/tmp"
_PHONES = re.compile(
    r"""(?<![\w./})])/(?:data|sys|system|vendor|product|sdcard|storage|apex|mnt)(?![\w-])
    |(?<![\w./})])/proc(?=/(?:sys/|cpuinfo|meminfo|loadavg|uptime|version))""",
    re.VERBOSE,
)
PROPERTIES = {
    "ro.product.model": "Pixel 8",
    "ro.product.name": "shiba",
    "ro.product.device": "shiba",
    "ro.product.manufacturer": "Google",
    "ro.product.cpu.abi": "arm64-v8a",
    "ro.product.cpu.abilist": "arm64-v8a,armeabi-v7a",
    "ro.soc.manufacturer": "Google",
    "ro.soc.model": "Tensor G3",
    "ro.hardware": "shiba",
    "ro.board.platform": "zuma",
    "ro.build.version.release": "14",
    "ro.build.version.sdk": "34",
    "ro.build.fingerprint": "google/shiba/shiba:14/AP1A.240305.019/11000000:user/release-keys",
    "ro.build.version.security_patch": "2024-03-05",
    "sys.boot_completed": "1",
}
BATTERY = """Current Battery Service state:
  AC powered: false
  USB powered: true
  Wireless powered: false
  Max charging current: 500000
  status: 2
  health: 2
  present: true
  level: {level}
  scale: 100
  voltage: 4120
  temperature: {tenths}
  technology: Li-ion
"""
THERMAL = """IsStatusOverride: false
ThermalEventListeners:
	callbacks: 2
	killed: false
Thermal Status: {status}
Cached temperatures:
	Temperature{{mValue={celsius}, mType=3, mName=VIRTUAL-SKIN, mStatus={status}}}
HAL Ready: true
Current temperatures from HAL:
	Temperature{{mValue={celsius}, mType=3, mName=VIRTUAL-SKIN, mStatus={status}}}
	Temperature{{mValue={celsius}, mType=0, mName=BIG, mStatus=0}}
Temperature static thresholds from HAL:
"""
BIG, LITTLE = 2_914_000, 1_704_000  # kHz


class PhoneRoot:
    """The folder of one phone.

    Parameters
    ----------
    folder
        Where it is made.
    properties
        What `getprop` says beside or instead of the usual.
    capacity
        Bytes that `/data` holds.
    noexec
        Whether nothing below `/data/local/tmp` can be executed.
    """

    def __init__(
        self,
        folder: Path,
        properties: Mapping[str, str] | None = None,
        *,
        capacity: int = 1 << 30,
        noexec: bool = False,
    ) -> None:
        self.folder = folder.resolve()
        self.capacity = capacity
        self.env: dict[str, str] = {}
        self._make_commands()
        self.noexec = noexec
        self.properties = PROPERTIES | dict(properties or {})
        self.write("/props", "".join(f"[{key}]: [{value}]\n" for key, value in self.properties.items()))
        self.inside(TMP).mkdir(parents=True)
        self.inside("/sdcard").mkdir()
        self.state(celsius=31.5)
        self.write("/dumpsys/power", "POWER MANAGER (dumpsys power)\n  mWakefulness=Awake\n")
        self.write("/proc/loadavg", "0.40 0.52 0.61 1/2345 12345\n")
        self.write("/proc/uptime", "86400.10 600000.20\n")
        self.write("/proc/meminfo", "MemTotal:        7800000 kB\nMemAvailable:    4100000 kB\n")
        self.write("/proc/cpuinfo", "".join(f"processor\t: {core}\n" for core in range(8)))
        self.reboot()
        for core in range(8):
            most = BIG if core > 3 else LITTLE
            for name, value in (("cpuinfo_max_freq", most), ("scaling_max_freq", most), ("scaling_min_freq", 300_000),
                                ("scaling_cur_freq", most), ("scaling_governor", "sched_pixel")):  # fmt: skip
                self.write(f"/sys/devices/system/cpu/cpu{core}/cpufreq/{name}", f"{value}\n")
        self.write("/sys/devices/system/cpu/online", "0-7\n")
        self.write("/sys/devices/system/cpu/possible", "0-7\n")

    def inside(self, path: str) -> Path:
        """Return where a path of the phone really lies."""
        return self.folder / os.path.normpath("/" + path).lstrip("/")

    def write(self, path: str, text: str) -> None:
        """Write a file of the phone's own."""
        place = self.inside(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)

    def state(self, *, celsius: float = 31.5, level: int = 90, status: int = 0) -> None:
        """Set the temperature, the battery's level in percent, the thermal status (0 none to 6 shutdown)."""
        self.write("/dumpsys/battery", BATTERY.format(level=level, tenths=round(celsius * 10)))
        self.write("/dumpsys/thermalservice", THERMAL.format(status=status, celsius=celsius))
        self.write("/sys/class/thermal/thermal_zone0/type", "VIRTUAL-SKIN\n")
        self.write("/sys/class/thermal/thermal_zone0/temp", f"{round(celsius * 1000)}\n")

    def led(self, line: str) -> str:
        """Lead a shell line's paths into the folder."""
        return _PHONES.sub(lambda match: f"{self.folder}{match[0]}", line)

    def environment(self) -> dict[str, str]:
        """Return the variables of the phone's shell."""
        shown = {phone_processes.MARK: str(self.folder), "PHONE_CAPACITY": str(self.capacity)}
        noexec = {"PHONE_NOEXEC": "1"} if self.noexec else {}
        return {"PATH": str(self.inside("/system/bin")), "HOME": "/", "HOSTNAME": self.properties["ro.product.device"],
                "TMPDIR": str(self.inside(TMP)), "LC_ALL": "C.UTF-8", **shown, **noexec, **self.env}  # fmt: skip

    def free(self) -> int:
        """Return the bytes that can still be written below `/data`."""
        used = sum(path.lstat().st_size for path in self.inside("/data").rglob("*") if path.is_file())
        return max(0, self.capacity - used)

    def left(self) -> list[str]:
        """Return what lies in `/data/local/tmp`."""
        tmp = self.inside(TMP)
        return sorted(str(path.relative_to(tmp)) for path in tmp.rglob("*"))

    def processes(self) -> dict[int, str]:
        """Return the command lines of its running processes, by id."""
        return phone_processes.running(self.folder)

    def kill(self, matching: str = "") -> int:
        """Kill its processes whose command line matches, as a phone short of memory does; give how many."""
        return phone_processes.kill(self.folder, matching)

    def reboot(self) -> None:
        """Lose all processes and start anew."""
        self.kill()
        self.write("/proc/sys/kernel/random/boot_id", f"{os.urandom(4).hex()}-0000-4000-8000-000000000000\n")

    def _make_commands(self) -> None:
        """Fill /system/bin."""
        place = self.inside("/system/bin")
        place.mkdir(parents=True)
        for name, text in COMMANDS.items():
            (place / name).write_text(f"#!/bin/sh\n{text}")
            (place / name).chmod(stat.S_IRWXU | 0o055)
        for name in TOYBOX:
            if real := shutil.which(name, path="/usr/bin:/bin:/usr/sbin:/sbin"):
                (place / name).symlink_to(real)
