"""List every source of the catalogue: what it is, what upstream says of it, its status on this machine."""

import msgspec

from litemill.records import store
from litemill.render.table import Row, Table, numbers, terminal, words
from litemill.settings import catalog
from litemill.settings.catalog import Entry
from litemill.sources.fetch import label
from litemill.sources.origin import default_cache
from litemill.sources.presence import Presence, presence

NONE = "-"
MEGABYTE = 1_000_000
LEGEND = """
MB: the embedded file's, else upstream's (~ as upstream rounds it); mIoU: as published, of upstream's archive.
status: embedded in the repository, cached (downloaded, and the known file), at hand (unpacked), else upstream's alone.
SHA-256: whose a download is held against; where nobody has it yet, the first download records it (commit that)."""


def zoo(*, json: bool = False) -> str:
    """List every source of the catalogue with its size, published mIoU, licence, and its status on this machine."""
    cache = default_cache()
    listed = {
        label(name, half): (one, presence(name, half, one, cache))
        for name, entry in catalog.load().items()
        for half, one in entry.halves().items()
    }
    if json:
        whole = {name: msgspec.to_builtins(entry) | {"presence": msgspec.to_builtins(found)}
                 for name, (entry, found) in listed.items()}  # fmt: skip
        return store.encode(whole).decode().rstrip()
    return terminal(table(listed)) + "\n" + LEGEND


def table(listed: dict[str, tuple[Entry, Presence]]) -> Table:
    """Return the table of all sources."""
    rows = []
    for name, (entry, found) in listed.items():
        task = f"{entry.task}: {entry.part}" if entry.part else entry.task
        cells = (name, task, entry.dataset or NONE, size(found), *accuracy(entry), entry.licence, status(entry, found))
        rows.append(Row((*cells, found.proof)))
    columns = words("name", "task", "trained on") + numbers("MB", "mIoU, %") + words("on")
    return Table(columns + words("licence", "status", "SHA-256"), tuple(rows))


def size(found: Presence) -> str:
    """Write a file's megabytes."""
    if found.size_bytes is None:
        return NONE
    return f"{found.size_bytes / MEGABYTE:.1f}" if found.exact else f"~{found.size_bytes / MEGABYTE:.0f}"


def accuracy(entry: Entry) -> tuple[str, str]:
    """Write the published mean IoU, and what it was measured on."""
    if entry.published is None:
        return NONE, NONE
    scales = ", many scales" if entry.published.multi_scale else ""
    return f"{entry.published.miou:.2f}", f"{entry.published.split}{scales}"


def status(entry: Entry, found: Presence) -> str:
    """Write where a source is on this machine."""
    rebuilt = entry.embedded is not None and entry.embedded.rebuilt
    named = (f"{place}, rebuilt" if place == "embedded" and rebuilt else place for place in found.places)
    return "; ".join(named) or "upstream"
