"""A command on a device that outlives the connection: started apart, its output in a file, polled until its end."""

import time
from typing import NamedTuple

from litemill.benchmark_log.runs import read
from litemill.benchmark_log.verdict import Run
from litemill.devices.folder import Folder, quoted
from litemill.devices.transport import Stop
from litemill.ground.errors import DeviceError

POLL_S = 0.3
POLL_MOST_S = 5.0
LOG_BYTES = 2_000_000
STARTS = 2
_BOOT = "/proc/sys/kernel/random/boot_id"
_STATES = ("absent", "starting", "running", "lost", "done")
# polls in which a started process may not have written its id yet
PATIENCE = 20
KILLED, CRASHED, ABORTED, NOT_EXECUTABLE, NOT_FOUND = 137, 139, 134, 126, 127
_REASONS = {
    KILLED: "the system killed the tool (137): too little memory, most likely",
    CRASHED: "the tool crashed (139, segmentation fault)",
    ABORTED: "the tool gave up (134, aborted)",
    NOT_EXECUTABLE: "the tool can't be executed there (126): built for another ABI, or the folder allows no programs",
    NOT_FOUND: "the tool or what it needs was not found there (127)",
}


class Ended(NamedTuple):
    """What came of a process: what its log says, whether it was seen from its start, how long it took at most."""

    run: Run
    resumed: bool


class Detached:
    """Runs commands in a folder.

    Parameters
    ----------
    folder
        Each command gets a folder in it, which is also the proof that it was started.
    stop
        Ends the polling; the command itself is ended with its folder.
    """

    def __init__(self, folder: Folder, stop: Stop) -> None:
        self._folder, self._place, self._stop = folder, folder.place, stop

    def state(self, name: str) -> str:
        """Return `absent`, `starting`, `running`, `lost`, or `done` and the exit status; DeviceError if it is none."""
        script = (
            f"cd {self._at(name)} 2>/dev/null || {{ echo absent; exit; }}\n"
            # a device that shuts down kills the tool first: what ended badly before it restarted was lost
            "[ -f status ] && {\n"
            f'[ "$(cat status)" = 0 ] || [ "$(cat boot)" = "$(cat {_BOOT})" ] || {{ echo lost; exit; }}\n'
            'echo "done $(cat status)"; exit; }\n'
            "[ -s pid ] || { echo starting; exit; }\n"
            f"{self._folder.runs('$(cat pid)')} && {{ echo running; exit; }}\n"
            '[ -f status ] && echo "done $(cat status)" || echo lost'
        )
        said = self._place.shell(script).text.strip()
        state = said.rpartition("\n")[2]
        if not state.startswith(_STATES):
            raise DeviceError(f"{self._at(name)}: the device's shell doesn't say how it stands",
                              expected=", ".join(_STATES), got=state, remedy="see the device's shell")  # fmt: skip
        return state

    def run(self, name: str, command: str, limit_s: float, state: str) -> Ended:
        """See a command, whose `state` was just asked for, to its end: start it unless that was done, read its log.

        Raises
        ------
        DeviceError
            It can't be started.
        """
        resumed = state != "absent"
        deadline, pause = time.monotonic() + limit_s, POLL_S
        starts = unsure = 0
        while not state.startswith("done"):
            unsure = unsure + 1 if state == "starting" else 0
            if state in {"absent", "lost"} or unsure > PATIENCE:
                if starts == STARTS:
                    return Ended(Run(ok=False, reason="the tool's process was lost: the system killed it, or the "
                                     "device restarted"), resumed)  # fmt: skip
                if state != "absent":
                    self.end(name)
                self._start(name, command)
                starts += 1
            elif time.monotonic() > deadline:
                self.end(name)
                return Ended(Run(ok=False, reason=f"took longer than the {limit_s:g} s that it may"), resumed)
            self._stop.pause(pause)
            pause = min(1.3 * pause, POLL_MOST_S)
            state = self.state(name)
        return Ended(self._judged(name, int(state.split()[1])), resumed)

    def end(self, name: str) -> None:
        """End a command if it runs, and remove its folder."""
        self._place.shell(f"{self._folder.ended(f'run-{name}')}; rm -rf {self._at(name)}")

    def output(self, name: str, file: str) -> bytes | None:
        """Return a file that a command wrote, if it did."""
        path = f"{self._at(name)}/{file}"
        return self._place.pull(path) if self._place.shell(f"[ -s {path} ]").status == 0 else None

    def _at(self, name: str) -> str:
        return f"{self._folder.path}/run-{name}"

    def _start(self, name: str, command: str) -> None:
        """Start a command apart from this connection; its folder can be made by one process only."""
        inner = (
            f"cd {self._folder.path} && mkdir run-{name} || exit; cd run-{name}; cat {_BOOT} >boot; echo $$ >pid; "
            f"{command} >log 2>&1 </dev/null; echo $? >part; mv part status"
        )
        # toybox has setsid as of Android 6; without it nohup alone has to do
        script = f"apart=$(command -v setsid); $apart nohup {quoted(['sh', '-c', inner])} >/dev/null 2>&1 </dev/null &"
        if self._place.shell(script).status:
            raise DeviceError(f"{self._folder.path}: nothing can be started there", remedy="see the device's shell")

    def _judged(self, name: str, status: int) -> Run:
        """Read the log of a command that ended; whatever it printed, an exit status other than 0 is a failure."""
        text = self._place.shell(f"head -c {LOG_BYTES} {self._at(name)}/log", limit_s=120).text
        runs = read(text)
        if status:
            said = "; ".join(run.reason for run in runs if run.reason and not run.ok)
            reason = _REASONS.get(status, f"the tool ended with exit status {status}")
            return Run(ok=False, reason=f"{reason}; it said: {said}" if said else reason)
        if len(runs) > 1:
            return Run(ok=False, reason="the log holds more than one run")
        return runs[0]
