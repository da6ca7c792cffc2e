"""The report as Markdown, for reading on a code host."""

from collections.abc import Sequence
from typing import NamedTuple

from litemill.analysis.budgets import outcomes
from litemill.analysis.results import Results, Section
from litemill.ground import project
from litemill.render import templates
from litemill.render.table import Table
from litemill.report import budgets, delegation, devices, provenance, recommended, tables
from litemill.report.context import facts
from litemill.report.drawings import Figure
from litemill.report.gallery import Picture

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
        budgets=budgets.table(outcomes(results)),
        shipped=recommended.shipped(results),
        left=recommended.left(results),
        gallery=gallery,
        networks=[_page(results, section, figures) for section in results.sections],
        charts=[figure for figure in figures if figure.network is None],
        folder=project.FIGURES.relative_to(project.REPORT.parent).as_posix(),
    )


def cell(text: str) -> str:
    """Write text so that a Markdown table holds it."""
    return text.replace("|", "\\|").replace("\n", " ")


def _page(results: Results, section: Section, figures: Sequence[Figure]) -> NetworkPage:
    return NetworkPage(
        section.name, section, tables.accuracy(section), tables.cost(section), tables.truth(section),
        delegation.delegation(section), delegation.rewriting(section), delegation.unmatched(section),
        provenance.contents(section), tuple(figure for figure in figures if figure.network == section.name),
        devices.table(results, section),
    )  # fmt: skip
