"""The report as one HTML page that needs nothing beside it: no network, no other file."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import NamedTuple

import markupsafe
import msgspec
import yaml

from litemill.analysis.results import Result, Results, Section
from litemill.ground import process, project
from litemill.render import templates
from litemill.render.grid import Colour
from litemill.render.table import Table, turned
from litemill.report import delegation, devices, files_table, provenance, strips, tables, vector
from litemill.report import recommended as reasons
from litemill.report.charts import TIMES, latencies
from litemill.report.context import facts
from litemill.report.devices import Target, by_target
from litemill.report.files_table import FileRow, Heading
from litemill.report.gallery import Picture as Composed
from litemill.report.pictures import Shown
from litemill.report.strips import Picture, Strip, Worst
from litemill.report.vector import tradeoff
from litemill.settings.recommend import TARGETS

TEMPLATE = "page/index.html.j2"
# networks beyond which latencies have no charts of their own: the tables hold them
MOST_CHARTED = 24
# what makes the files and the figures
PACKAGES = ("tensorflow", "ai-edge-litert", "numpy")


class Card(NamedTuple):
    """What the page tells of one file beside its row."""

    row: FileRow
    result: Result
    why: tuple[str, ...]
    worst_sample: str
    worst: Worst | None
    operations: str
    recipe: str
    stage: str


class NetworkPage(NamedTuple):
    """What the page shows of one network."""

    name: str
    section: Section
    targets: tuple[Target, ...]
    headings: tuple[Heading, ...]
    rows: tuple[FileRow, ...]
    charts: tuple[str, ...]
    strips: tuple[Strip, ...]
    legend: tuple[tuple[str, Colour], ...]
    cards: tuple[Card, ...]
    truth: Table | None
    rewriting: Table | None
    unmatched: list[str]
    tables: dict[str, Table]
    settings: str


def render(results: Results, shown: Mapping[str, Shown], gallery: Sequence[Composed] = ()) -> str:
    """Fill the templates."""
    sections = results.sections
    on = {section.name: by_target(results, section) for section in sections}
    names = tuple(dict.fromkeys(target.name for each in on.values() for target in each))
    size = sum(one.judged.size_bytes for section in sections for one in section.ours)
    networks = process.each(lambda one: _network(results, one, on[one.name], shown.get(one.name)), sections)
    template = templates.load("litemill.report", TEMPLATE, stems=tables.stems, digits=provenance.digits)
    return template.render(
        **facts(results),
        networks=networks,
        goals=TARGETS,
        headings=files_table.headings(sections, names),
        rows=[row for section in sections for row in files_table.rows(section, on[section.name], names, mixed=True)],
        megabytes=f"{size / 1e6:,.1f}",
        versions={name: version(name) for name in PACKAGES},
        same_percent=round(100 * results.params.recommend.same_latency),
        times=len(TIMES),
        gallery=[(one.caption, _embedded(one)) for one in gallery],
        diff=project.DIFF_PAGE.name,
        report=project.REPORT.name,
    )  # fmt: skip


def _embedded(one: Composed) -> Picture | None:
    """Return a picture of the gallery as the page holds it; None where it could not be made."""
    return strips.jpeg(one.caption, one.alt, one.data) if one.data else None


def _network(results: Results, section: Section, on: Sequence[Target], shown: Shown | None) -> NetworkPage:
    """Gather what the page shows of one network."""
    truth, names = tables.truth(section), [target.name for target in on]
    rows = files_table.rows(section, on, names)
    more = {
        "All accuracy figures": tables.accuracy(section),
        "All costs on the host": tables.cost(section),
        "On devices": devices.table(results, section),
        "What runs where": delegation.delegation(section),
        "What the files hold": provenance.contents(section),
    }
    return NetworkPage(
        section.name, section, tuple(on), files_table.headings([section], names), rows,
        _charts(section, on, few=len(results.sections) > MOST_CHARTED),
        strips.strips(section.name, shown.grid) if shown else (),
        shown.grid.legend if shown else (),
        tuple(_card(results, section, row, shown) for row in rows if row.state != "official"),
        turned(truth, "class") if truth else None,
        delegation.rewriting(section), delegation.unmatched(section),
        {title: table for title, table in more.items() if table is not None},
        _yaml({"networks": {section.name: section.settings}}),
    )  # fmt: skip


def _charts(section: Section, on: Sequence[Target], *, few: bool) -> tuple[str, ...]:
    """Draw a network's charts: the first target against accuracy and, unless `few`, the latencies on all."""
    drawn = []
    if on:
        said = f"{section.name}: latency on {on[0].name}, accuracy and size of each file; the figures are in the table"
        drawn.append(vector.svg(tradeoff(section, on[0]), said))
    if on and not few:
        said = f"{section.name}: latency of each file by target, with its interval; the figures are in the table"
        drawn.append(vector.svg(latencies(section, on), said))
    return tuple(markupsafe.Markup(one) for one in drawn)  # noqa: S704  drawn by our own charts


def _card(results: Results, section: Section, row: FileRow, shown: Shown | None) -> Card:
    """Tell of one of our files."""
    one = next(result for result in section.ours if result.name == row.name)
    return Card(
        row, one, reasons.why(section, one), tables.worst(one.judged.pictures),
        strips.worst(shown, one) if shown else None,
        provenance.operations(one.built.ops) if one.built else "",
        _yaml({"recipes": {one.name: results.params.recipes[one.name]}}),
        f"{project.pipeline(section.name)}:convert@{one.name}",
    )  # fmt: skip


def _yaml(settings: object) -> str:
    """Write settings as `params.yaml` has them, what they leave out left out."""
    return yaml.safe_dump(_stated(msgspec.to_builtins(settings)), sort_keys=False, default_flow_style=None)


def _stated(value: object) -> object:
    if isinstance(value, dict):
        found = {key: _stated(item) for key, item in value.items()}
        return {key: item for key, item in found.items() if item not in (None, [], {}, False)}
    return value
