"""Templates that lie beside the modules that fill them."""

from collections.abc import Callable

import jinja2


def load(package: str, name: str, **filters: Callable[..., object]) -> jinja2.Template:
    """Return a template of a package; what ends in `.html.j2` is escaped, Markdown, style and script are not."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(package), undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
        autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",)),
    )  # fmt: skip
    environment.filters |= filters
    return environment.get_template(name)
