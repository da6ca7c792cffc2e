"""A folder of our own on a device: files in it by their content, and gone at the end."""

import hashlib
import shlex
import socket
from pathlib import Path

from litemill.devices.transport import Transport
from litemill.ground import io
from litemill.ground.errors import DeviceError

_MARK = "litemill-"


def name_of(target: str) -> str:
    """Name the folder of a target: the same at each run of this checkout, so that the next one finds it."""
    text = f"{socket.gethostname()}\0{Path.cwd()}\0{target}"
    return f"{_MARK}{hashlib.sha256(text.encode()).hexdigest()[:12]}"


class Folder:
    """The folder on a device.

    Parameters
    ----------
    place
        The device.
    path
        Where the folder is; its last part is `name_of` a target.
    """

    def __init__(self, place: Transport, path: str) -> None:
        self.place = place
        self.path = path
        self.name = path.rpartition("/")[2]
        self._seen: dict[str, int] = {}

    def make(self) -> None:
        """Make it, if it is not there yet."""
        said = self.place.shell(f"mkdir -p {self.path} && chmod 700 {self.path}")
        if said.status:
            raise DeviceError(f"{self.path}: can't be made on the device", got=_line(said.text),
                              remedy="set targets.NAME.folder in params.yaml to one that can be written")  # fmt: skip

    def put(self, file: Path, sha256: str, *, program: bool = False) -> str:
        """See that a file is there with just this content, and give its path.

        Its name is its content's SHA-256, which is compared on the device once a connection.
        """
        path = f"{self.path}/{'benchmark_model_' if program else ''}{sha256}"
        if self._seen.get(sha256) == self.place.losses:
            return path
        found = self._sha256(path)
        if found != sha256:
            self.make()
            self.place.push(file, f"{path}.part")
            found = self._sha256(f"{path}.part")
            if found != sha256:
                raise DeviceError(f"{file}: arrived as another file", expected=sha256[:12], got=found[:12] or "no file",
                                  remedy="run it again; see to cable and port")  # fmt: skip
            self.place.shell(f"mv {path}.part {path}")
        if program:
            self.place.shell(f"chmod 700 {path}")
        self._seen[sha256] = self.place.losses
        return path

    def remove(self) -> None:
        """End what runs in it and remove it; DeviceError if it is still there."""
        self.place.shell(f"{self.ended('run-*')}; rm -rf {self.path}; [ ! -e {self.path} ] || rm -rf {self.path}")
        if self.place.shell(f"[ ! -e {self.path} ]").status:
            raise DeviceError(f"{self.path}: could not be removed from the device", remedy="remove it: adb shell rm -r")

    def ended(self, runs: str) -> str:
        """Return the script that ends runs; only processes that name this folder are ours."""
        return (
            f"for file in {self.path}/{runs}/pid; do [ -f $file ] || continue; pid=$(cat $file); "
            f"{self.runs('$pid')} || continue; "
            "kill -9 -$pid 2>/dev/null; kill -9 $pid 2>/dev/null; done"
        )

    def runs(self, pid: str) -> str:
        """Return the command that tells whether a process runs and names this folder; it prints nothing."""
        # `<` of a file that is not there is the shell's own complaint, which `2>` behind it does not hush
        return f"cat /proc/{pid}/cmdline 2>/dev/null | tr '\\0' ' ' | grep -q {self.name}"

    def _sha256(self, path: str) -> str:
        said = self.place.shell(f"[ ! -f {path} ] || sha256sum {path}", limit_s=120)
        if said.status:
            raise DeviceError("the device's shell can't hash a file", expected="sha256sum, as of Android 7",
                              got=_line(said.text), remedy="measure on a newer device")  # fmt: skip
        return said.text.split()[0] if said.text.split() else ""


def quoted(words: list[str]) -> str:
    """Write a command line that a shell reads as just these words."""
    return " ".join(shlex.quote(word) for word in words)


def sha256_of(data: bytes, beside: Path) -> tuple[Path, str]:
    """Write bytes to a file of that content's name in a folder, and give both."""
    digest = hashlib.sha256(data).hexdigest()
    io.write(beside / digest, data)
    return beside / digest, digest


def _line(text: str) -> str:
    return " ".join(text.split())[-200:]
