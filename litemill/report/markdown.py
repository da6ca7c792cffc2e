"""The report as Markdown, for reading on a code host."""

from collections.abc import Sequence
from typing import NamedTuple

from litemill.core import paths, templates
from litemill.report import budgets, delegation, phones, provenance, shipped, tables
from litemill.report.facts import facts
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
    return templates.load("litemill.report", TEMPLATE, cell=cell).render(
        **facts(results),
        settings=results.params,
        overview=tables.overview(results),
        budgets=budgets.table(budgets.outcomes(results)),
        shipped=shipped.shipped(results),
        left=shipped.left(results),
        gallery=gallery,
        networks=[_page(results, section, figures) for section in results.sections],
        charts=[figure for figure in figures if figure.network is None],
        folder=paths.FIGURES.relative_to(paths.REPORT.parent).as_posix(),
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
