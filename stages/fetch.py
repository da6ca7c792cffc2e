"""Fetch a source from where `params.yaml` says, prove that it is the known one, unpack what is needed."""

from litemill.ground import command, project
from litemill.records import store
from litemill.settings import catalog, pieces
from litemill.sources.fetch import fetch as fetch_source


def fetch(source: str) -> str:
    """Fetch one source of the catalogue."""
    entry = catalog.entry(source)
    fetched = fetch_source(entry, source, pieces.read("source", str), project.source(source))
    store.save(project.record("fetch", source), fetched)
    kind = "rebuilt, not upstream's file" if fetched.rebuilt else "as released"
    return f"{source}: {fetched.size_bytes} bytes, {fetched.origin}, {kind}"


if __name__ == "__main__":
    command.run(fetch)
