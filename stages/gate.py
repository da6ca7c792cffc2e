"""Hold every artifact against its recipe's tolerance."""

from litemill.analysis.verdicts import verdicts_of
from litemill.ground import command, project
from litemill.records import store
from litemill.records.accuracy import Gate
from litemill.settings import pieces
from litemill.settings.build import Build

GATE = project.RECORDS / "gate.json"


def gate() -> str:
    """Return the verdicts; an artifact outside its tolerance stops nothing."""
    settings = pieces.of(Build, "networks", "recipes")
    verdicts = tuple(verdict for network in settings.networks for verdict in verdicts_of(network, settings))
    store.save(GATE, Gate(verdicts))
    within = sum(not verdict.failures for verdict in verdicts)
    return f"{within} of {len(verdicts)} artifacts within their tolerance"


if __name__ == "__main__":
    command.run(gate)
