"""A unit, built in the checkout that this process runs in and left in the remote, a stage as soon as it is done."""

import subprocess
import time
from collections.abc import Sequence

from litemill.fanout import checkout, mending

# a push takes no more than this share of the time
SHARE = 0.1


class Pusher:
    """Pushes beside the build now and then, so that a worker that dies costs little but its current stage.

    Parameters
    ----------
    targets
        What is built.
    """

    def __init__(self, targets: Sequence[str]) -> None:
        self.targets = targets
        self.process: subprocess.Popen[bytes] | None = None
        self.began = 0.0
        self.next = 0.0

    def turn(self) -> None:
        """Begin a push, unless one runs or the last one was a moment ago."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            self.next = now + (now - self.began) * (1 / SHARE - 1)
            self.process = None
        if self.process is None and now >= self.next:
            self.began = now
            self.process = checkout.start("push", "--quiet", "--run-cache", "--with-deps", *self.targets)

    def end(self) -> None:
        """Wait for a push that runs; what it could not do, the last one says."""
        if self.process is not None:
            self.process.wait(checkout.PUSH_S)


def build(targets: Sequence[str], limit_s: float, *, push: bool) -> None:
    """Build a unit; LitemillError where a stage fails, or the remote does."""
    if not push:
        checkout.repro(targets, limit_s)
        return
    checkout.require_remote()
    pusher = Pusher(targets)
    try:
        ran = checkout.repro(targets, limit_s, pusher.turn)
    finally:
        pusher.end()
    mending.drop_false(ran)
    checkout.push(targets)
