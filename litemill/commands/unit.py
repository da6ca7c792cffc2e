"""Build a unit of work by itself, from what the remote has of the others; `litemill plan --json` lists them."""

from litemill.fanout import checkout, units
from litemill.settings import params as params_module


def unit(name: str, /, most: int = 0, push: bool = False) -> str:  # noqa: FBT001, FBT002  a flag
    """Build a unit of work, `most` being that of the plan; with `push`, leave it in the remote."""
    params = params_module.load()
    found = units.unit(name, params, most)
    checkout.build(found.targets, params.limits.seconds(found.network), push=push)
    return f"{name}: built{', and in the remote' if push else ''}"
