"""Build a unit of work by itself, from what the remote has of the others; `python -m stages.plan --json` lists them."""

from litemill.core import params as parameters
from litemill.core import stage, units
from litemill.fanout import checkout


def unit(name: str, /, most: str = "0", push: bool = False) -> str:  # noqa: FBT001, FBT002  a flag
    """Build a unit of work, `most` being that of the plan; with `push`, leave it in the remote."""
    if push:
        checkout.require_remote()
    found = units.unit(name, parameters.load(), int(most))
    checkout.repro(found.targets)
    if push:
        checkout.push(found.targets)
    return f"{name}: built{', and in the remote' if push else ''}"


if __name__ == "__main__":
    stage.run(unit)
