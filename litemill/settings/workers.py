"""What a unit of work may take on a worker at most."""

from typing import Annotated

import msgspec

Gigabytes = Annotated[float, msgspec.Meta(gt=0, le=4096)]


Minutes = Annotated[float, msgspec.Meta(gt=0, le=10080)]


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the units of one network may take.

    Parameters
    ----------
    memory_gb, minutes
        As of all; the same as all if left out.
    """

    memory_gb: Gigabytes | None = None
    minutes: Minutes | None = None


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a unit may take, where the build is spread over several workers.

    Parameters
    ----------
    memory_gb
        Of all its processes together, in 10^9 bytes.
    minutes
        Until it is done.
    networks
        Networks that may take something else; they go to workers that have as much memory.
    """

    memory_gb: Gigabytes = 6
    minutes: Minutes = 120
    networks: dict[str, Limit] = {}

    def memory_bytes(self, network: str) -> int:
        """Return the memory that a network's units may take."""
        own = self.networks.get(network, Limit()).memory_gb
        return int((own or self.memory_gb) * 1e9)

    def seconds(self, network: str) -> float:
        """Return the time that each of a network's units may take."""
        return 60 * (self.networks.get(network, Limit()).minutes or self.minutes)
