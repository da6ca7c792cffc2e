"""The bundle's pages: a model card a network, and what is in the folder."""

from litemill.bundle.manifest import Manifest, Shipped
from litemill.core import templates
from litemill.core.records import Frozen, Sampled


def card(frozen: Frozen, sampled: Sampled, shipped: tuple[Shipped, ...]) -> str:
    """Write a network's model card; `shipped` are its files."""
    return templates.load("litemill.bundle", "card.md.j2").render(
        frozen=frozen, entry=frozen.entry, sampled=sampled, shipped=shipped
    )


def readme(manifest: Manifest) -> str:
    """Write what is in the folder."""
    return templates.load("litemill.bundle", "readme.md.j2").render(manifest=manifest)
