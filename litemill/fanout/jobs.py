"""What workers are told of each unit."""

from litemill.fanout import checkout, worker
from litemill.fanout.units import Unit
from litemill.fanout.worker import Job
from litemill.settings.params import Params

ASKED_S = 120


class Jobs:
    """Writes the jobs of one build.

    Parameters
    ----------
    params
        Its settings.
    commit
        What it is built of.
    most
        That of `units`.
    here
        Whether the workers are on this machine, and share its cache; others need a remote.
    """

    def __init__(self, params: Params, commit: str, most: int = 0, *, here: bool) -> None:
        self.params, self.commit, self.most, self.here = params, commit, most, here
        self.remote = checkout.remote() if here else checkout.require_remote()
        self.cache = str(checkout.cache()) if here else ""
        self.versions = worker.versions()

    def of(self, unit: Unit) -> Job:
        """Tell a worker to build a unit."""
        build = ["-m", "litemill", "unit", unit.name, "--most", str(self.most), *([] if self.here else ["--push"])]
        limits, files = self.params.limits, f"reports/devices/{unit.target}/*.json" if unit.target else ""
        measure = [["-m", "litemill", "phones", "--target", unit.target]] if unit.target else []
        return self._job([build, *measure], files, limits.memory_bytes(unit.network), limits.seconds(unit.network))

    def asking(self, *command: str) -> Job:
        """Tell a worker to say what a command of ours prints."""
        return self._job([["-m", "litemill", *command]], "", self.params.limits.memory_bytes(""), ASKED_S)

    def _job(self, commands: list[list[str]], returned: str, memory_bytes: int, limit_s: float) -> Job:
        return {
            "commit": self.commit,
            "commands": commands,
            "returned": returned,
            "versions": self.versions,
            "remote": self.remote.name if self.remote else "",
            "url": self.remote.url if self.remote else "",
            "cache": self.cache,
            "memory_bytes": memory_bytes,
            "limit_s": limit_s,
        }
