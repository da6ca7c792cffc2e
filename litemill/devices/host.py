"""The machine that we are on as a place to run."""

import platform
import shutil
import subprocess
from pathlib import Path

from litemill.core.errors import DeviceError
from litemill.devices.place import SHELL_S, Answer


class Host:
    """The shell and files of the machine that we are on; the way to it never breaks."""

    losses = 0

    def shell(self, script: str, limit_s: float = SHELL_S) -> Answer:
        """Run a script."""
        try:
            done = subprocess.run(
                ["sh", "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                timeout=limit_s, check=False, start_new_session=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise DeviceError("this machine: no answer", expected=f"one in {limit_s:g} s", remedy="run it again"
                              ) from None  # fmt: skip
        return Answer(done.returncode, done.stdout.decode(errors="replace"))

    def push(self, file: Path, path: str) -> None:
        """Copy a file."""
        shutil.copyfile(file, path)

    def pull(self, path: str) -> bytes:
        """Give the bytes of a file."""
        return Path(path).read_bytes()


def abi() -> str:
    """Name this machine's ABI as `tool` in params.yaml does."""
    machine = platform.machine().lower()
    names = {"x86_64": "linux_x86-64", "amd64": "linux_x86-64", "aarch64": "linux_aarch64", "arm64": "linux_aarch64"}
    if platform.system() != "Linux" or machine not in names:
        raise DeviceError("this machine can't be a target", expected=" or ".join(dict.fromkeys(names.values())),
                          got=f"{platform.system()} {machine}", remedy="measure on a phone")  # fmt: skip
    return names[machine]
