"""The report as Markdown, for reading on a code host."""

from collections.abc import Sequence
from typing import NamedTuple

import jinja2

from litemill.core import paths
from litemill.report import budgets, delegation, official, phones, provenance, shipped, tables
from litemill.report.figures import Figure
from litemill.report.gallery import Picture
from litemill.report.results import Results, Section
from litemill.report.table import Table

TEMPLATE = "report.md.j2"


class NetworkPage(NamedTuple):
    """What the template shows of one network."""

    name: str
    section: Section
    accuracy: Table
    cost: Table
    truth: Table | None
    delegation: Table
    rewriting: Table | None
    unmatched: list[str]
    contents: Table
    figures: tuple[Figure, ...]
    phones: Table | None


def render(results: Results, figures: Sequence[Figure], gallery: Sequence[Picture] = ()) -> str:
    """Fill the template."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("litemill.report"), undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=False,  # noqa: S701  Markdown, not HTML
    )  # fmt: skip
    environment.filters["cell"] = cell
    files = [one for section in results.sections for one in section.ours]
    return environment.get_template(TEMPLATE).render(
        results=results,
        settings=results.params,
        files=files,
        failing=[one for one in files if one.failing],
        machines=provenance.machines(results),
        pictures=provenance.pictures(results),
        overview=tables.overview(results),
        budgets=budgets.table(budgets.outcomes(results)),
        shipped=shipped.shipped(results),
        left=shipped.left(results),
        official=official.against(results),
        weighed=shipped.weighed(results),
        savings=shipped.savings(results),
        end_to_end=tables.end_to_end(results),
        gallery=gallery,
        networks=[_page(results, section, figures) for section in results.sections],
        handsets=phones.handsets(results),
        remarks=phones.remarks(results),
        sources=provenance.sources(results),
        graphs=provenance.graphs(results),
        charts=[figure for figure in figures if figure.network is None],
        folder=paths.FIGURES.relative_to(paths.REPORT.parent).as_posix(),
        wide_percent=round(100 * tables.WIDE_SPREAD),
    )


def cell(text: str) -> str:
    """Write text so that a Markdown table holds it."""
    return text.replace("|", "\\|").replace("\n", " ")


def _page(results: Results, section: Section, figures: Sequence[Figure]) -> NetworkPage:
    return NetworkPage(
        section.name, section, tables.accuracy(section), tables.cost(section), tables.truth(section),
        delegation.delegation(section), delegation.rewriting(section), delegation.unmatched(section),
        provenance.contents(section), tuple(figure for figure in figures if figure.network == section.name),
        phones.table(results, section),
    )  # fmt: skip
