"""The bundle's pages: a model card a network, and what is in the folder."""

import jinja2

from litemill.bundle.manifest import Manifest, Shipped
from litemill.core.records import Frozen, Sampled


def card(frozen: Frozen, sampled: Sampled, shipped: tuple[Shipped, ...]) -> str:
    """Write a network's model card; `shipped` are its files."""
    return _filled("card.md.j2", frozen=frozen, entry=frozen.entry, sampled=sampled, shipped=shipped)


def readme(manifest: Manifest) -> str:
    """Write what is in the folder."""
    return _filled("readme.md.j2", manifest=manifest)


def _filled(template: str, **values: object) -> str:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("litemill.bundle"), undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=False,  # noqa: S701  Markdown, not HTML
    )  # fmt: skip
    return environment.get_template(template).render(**values)
