"""What machine the figures are taken on."""

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

from litemill.records.cost import Machine

# the instructions that the kernels choose by
FEATURES = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "asimd", "asimddp", "i8mm", "sve")


def machine() -> Machine:
    """Describe this machine; what it does not say is left empty."""
    info = _text("/proc/cpuinfo")
    found = re.search(r"^(?:model name|Hardware)\s*:\s*(.+)$", info, re.MULTILINE)
    flags = set(re.findall(r"\w+", " ".join(re.findall(r"^(?:flags|Features)\s*:(.+)$", info, re.MULTILINE))))
    memory = re.search(r"^MemTotal:\s*(\d+)", _text("/proc/meminfo"), re.MULTILINE)
    return Machine(
        cpu=found.group(1).strip() if found else platform.processor() or platform.machine(),
        cores=os.cpu_count() or 1,
        memory_gb=round(int(memory.group(1)) / 2**20) if memory else 0,
        features=tuple(name for name in FEATURES if name in flags),
        system=f"{platform.system()} {platform.machine()}",
        litert=version("ai-edge-litert"),
    )


def _text(path: str) -> str:
    file = Path(path)
    return file.read_text(errors="replace") if file.exists() else ""
