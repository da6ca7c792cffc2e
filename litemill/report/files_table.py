"""A network's files as rows that can be sorted and filtered: each cell with the number behind it."""

from collections.abc import Sequence

import msgspec

from litemill import figures
from litemill.analysis.results import Result, Section
from litemill.report import recommended, tables
from litemill.report.devices import Target


class Cell(msgspec.Struct, frozen=True):
    """What stands in a cell, the number to sort by (None sorts last), and a remark below."""

    text: str
    value: float | None = None
    note: str = ""


class Heading(msgspec.Struct, frozen=True):
    """A column's title and unit, and whether it holds numbers."""

    title: str
    unit: str = ""
    numbers: bool = True


class FileRow(msgspec.Struct, frozen=True):
    """A file: where on the page it is told of, its state (within, outside, official), and the figures' cells.

    `front`: no other file of ours is at least as small, as fast and as accurate, and better in one.
    """

    network: str
    name: str
    anchor: str
    state: str
    cells: tuple[Cell, ...]
    verdict: Cell
    front: bool


def headings(of: Sequence[Section], names: Sequence[str]) -> tuple[Heading, ...]:
    """Return the columns of figures, `names` the targets'; accuracy has no common unit where tasks are mixed."""
    keys = {figures.main(section.results[0].judged.metrics) for section in of if section.results}
    near = Heading("accuracy")
    if len(keys) == 1:
        title, _, unit = figures.of(keys.pop()).heading.partition(", ")
        near = Heading(title, unit)
    delegated = (Heading("XNNPACK", "partitions"), Heading("GPU rules", "ops refused"))
    return (Heading("size", "kB"), near, *(Heading(name, "median, ms") for name in names), *delegated)


def rows(section: Section, on: Sequence[Target], names: Sequence[str], *, mixed: bool = False) -> tuple[FileRow, ...]:
    """Return a row for each file; `names` are the targets' columns, `mixed` says accuracy in words."""
    by_name, found = {target.name: target for target in on}, []
    for one in section.results:
        timed = (_time(by_name.get(name), one) for name in names)
        cells = (_size(one), _near(one, mixed=mixed), *timed, *_delegated(one))
        state = "official" if one.official else "outside" if one.failing else "within"
        weighed = recommended.candidate(section, one)
        front = weighed is not None and weighed.on_front
        anchor = f"{section.name}--{one.name}"
        found.append(FileRow(section.name, one.name, anchor, state, cells, _verdict(section, one, state), front))
    return tuple(found)


def _delegated(one: Result) -> tuple[Cell, Cell]:
    """Return what XNNPACK took of a file, as measured, and what the GPU delegate's published rules refuse."""
    xnnpack = one.facts.of("xnnpack")
    left, refused = xnnpack.left, one.facts.of("gpu").left
    pieces = tables.NONE if xnnpack.partitions is None else str(xnnpack.partitions)
    return Cell(pieces, xnnpack.partitions, f"{left} ops outside" if left else ""), Cell(
        str(refused or "none"), refused
    )


def _verdict(section: Section, one: Result, state: str) -> Cell:
    """Return a file's state, and below it the most that is to say of it."""
    weighed, shipped = recommended.candidate(section, one), recommended.shipped_for(section, one)
    note = "; ".join(recommended.failures(one))
    if not note and shipped:
        note = f"shipped for {' and '.join(shipped)}"
    if not note and weighed is not None:
        note = (
            f"{weighed.dominated_by} beats it" if weighed.dominated_by else "on the front" if weighed.on_front else ""
        )
    return Cell(state, note=note)


def _size(one: Result) -> Cell:
    return Cell(f"{one.judged.size_bytes / 1000:,.0f}", one.judged.size_bytes)


def _near(one: Result, *, mixed: bool) -> Cell:
    key = figures.main(one.judged.metrics)
    text = figures.sentence(one.judged.metrics) if mixed else figures.write(key, one.judged.metrics[key])
    return Cell(text, one.judged.metrics[key])


def _time(target: Target | None, one: Result) -> Cell:
    time = target.times.get(one.name) if target else None
    if time is None:
        return Cell(target.failed.get(one.name, tables.NONE) if target else tables.NONE)
    return Cell(time.text, time.median_ms, time.note)
