"""The record of what is shipped: a network's files weighed for each target."""

from litemill.records.base import Record
from litemill.records.cost import Latency
from litemill.settings.recommend import Target


class Candidate(Record, frozen=True):
    """A network's file, weighed for a target.

    Parameters
    ----------
    recipe, sha256, size_bytes
        The file.
    accuracy
        The figure that the choice names as its `metric`; more is better.
    latency
        On the host, where it counts for the target.
    refused
        Why the rule does not allow it; empty where it does.
    on_front
        Whether no other file that fits the target is at least as small, as fast and as accurate, and better in one.
    dominated_by
        The recipe whose file is smaller, faster *and* more accurate: don't ship; empty where there is none.
    against
        How much, in words; empty where there is none.
    """

    recipe: str
    sha256: str
    size_bytes: int
    accuracy: float
    latency: Latency | None = None
    refused: tuple[str, ...] = ()
    on_front: bool = False
    dominated_by: str = ""
    against: str = ""


class Choice(Record, frozen=True):
    """What is shipped of a network for a target, and why.

    Parameters
    ----------
    target
        What the file is for.
    recipe, sha256
        The file; both empty where the rule allows none.
    reason
        Why, in words.
    metric
        The figure of accuracy that counted.
    candidates
        All files of the network.
    """

    target: Target
    recipe: str
    sha256: str
    reason: str
    metric: str
    candidates: tuple[Candidate, ...]


class Recommended(Record, frozen=True):
    """What is shipped of a network.

    Parameters
    ----------
    network
        Its name.
    choices
        One a target.
    """

    network: str
    choices: tuple[Choice, ...]

    def choice(self, target: Target) -> Choice:
        """Return what is shipped for a target."""
        return next(one for one in self.choices if one.target == target)
