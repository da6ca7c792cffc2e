"""Fetch a source from where `params.yaml` says, prove that it is the known one, unpack what is needed."""

from litemill import sources
from litemill.core import catalog, paths, stage, store
from litemill.core import params as parameters


def fetch(source: str) -> str:
    """Fetch one source of the catalogue."""
    entry = catalog.entry(source)
    fetched = sources.fetch(entry, source, parameters.load().source, paths.source(source))
    store.save(paths.record("fetch", source), fetched)
    kind = "rebuilt, not upstream's file" if fetched.rebuilt else "as released"
    return f"{source}: {fetched.size_bytes} bytes, {fetched.origin}, {kind}"


if __name__ == "__main__":
    stage.run(fetch)
