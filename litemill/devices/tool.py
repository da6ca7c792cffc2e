"""The benchmark tool's build for an ABI: found, downloaded and proven before anything is pushed."""

import hashlib
import struct
from pathlib import Path

from litemill.ground import io, project
from litemill.ground.errors import SourceError
from litemill.settings.devices import Abi, ToolFile, Tools
from litemill.sources import pins
from litemill.sources.download import download
from litemill.sources.origin import default_cache

_ELF, _SCRIPT = b"\x7fELF", b"#!"
# e_machine of elf.h
_MACHINES: dict[Abi, int] = {"arm64-v8a": 183, "armeabi-v7a": 40, "x86_64": 62, "linux_x86-64": 62,
                             "linux_aarch64": 183}  # fmt: skip


def choose(abis: list[str], tools: Tools, device: str) -> tuple[Abi, ToolFile]:
    """Return the first of a device's ABIs that there is a build for."""
    for abi, tool in ((abi, tool) for wanted in abis for abi, tool in tools.items() if abi == wanted):
        return abi, tool
    raise SourceError(
        f"{device}: no benchmark tool for it", expected=" or ".join(abis) or "an ABI", got=", ".join(tools) or "none",
        remedy=f"add {abis[0] if abis else 'its ABI'} under tool in {project.PARAMS}",
    )  # fmt: skip


def get(abi: Abi, tool: ToolFile) -> tuple[Path, str]:
    """Return the tool's file and SHA-256; SourceError where it is not there, or another one."""
    name = f"benchmark_model_{abi}"

    def check(file: Path) -> None:
        _check(file, abi, name, expected)

    if tool.file is not None:
        expected, file = tool.sha256, Path(tool.file).expanduser()
        if not file.is_file():
            raise SourceError(f"{project.PARAMS}: tool.{abi}.file: no file {tool.file!r}", remedy="see docs/devices.md")
        check(file)
        return file, io.sha256(file)
    url, cache = tool.url or "", default_cache()
    pin = pins.find(url, "upstream")  # another address may rightly give another build
    expected = tool.sha256 or (pin.sha256 if pin else None)
    file = cache / "tools" / hashlib.sha256(url.encode()).hexdigest()[:16] / name
    download((url,), file, check)
    found = io.sha256(file)
    if expected is None:
        pins.add(url, "upstream", pins.Pin(found, file.stat().st_size), cache)
    return file, found


def _check(file: Path, abi: Abi, name: str, sha256: str | None) -> None:
    """Raise SourceError unless a file is a program for the ABI, and the known one."""
    with file.open("rb") as stream:
        head = stream.read(20)
    if head.startswith(_ELF) and len(head) == 20:  # noqa: PLR2004
        machine = struct.unpack("<H", head[18:])[0]
        if machine != _MACHINES[abi]:
            raise SourceError(f"{name}: is built for another ABI", expected=f"ELF machine {_MACHINES[abi]} ({abi})",
                              got=machine, remedy=f"give the build for {abi}")  # fmt: skip
    elif not head.startswith(_SCRIPT):
        raise SourceError(f"{name}: is no program", expected="an ELF file", got=repr(head[:16])[1:],
                          remedy="see in a browser what the address gives")  # fmt: skip
    if sha256 and (found := io.sha256(file)) != sha256:
        raise SourceError(f"{name}: another file than the known one", expected=f"SHA-256 {sha256}", got=found,
                          remedy=f"do not use it; if the change is meant, mend {project.PARAMS} or remove it from "
                          f"{project.SOURCES_LOCK}")  # fmt: skip
