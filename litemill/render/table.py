"""A table of text cells, for a terminal or any kind of page."""

import msgspec


class Column(msgspec.Struct, frozen=True):
    """A column's title, and whether it holds numbers, which are set to the right."""

    title: str
    numbers: bool


class Row(msgspec.Struct, frozen=True):
    """A row's cells, and whether its artifact is outside its tolerance."""

    cells: tuple[str, ...]
    failing: bool = False


class Table(msgspec.Struct, frozen=True):
    """Columns and rows of text."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def words(*titles: str) -> tuple[Column, ...]:
    """Return columns of text."""
    return tuple(Column(title, numbers=False) for title in titles)


def numbers(*titles: str) -> tuple[Column, ...]:
    """Return columns of numbers."""
    return tuple(Column(title, numbers=True) for title in titles)


def without(table: Table, *titles: str) -> Table:
    """Return a table without some of its columns."""
    kept = [index for index, column in enumerate(table.columns) if column.title not in titles]
    rows = tuple(Row(tuple(row.cells[index] for index in kept), row.failing) for row in table.rows)
    return Table(tuple(table.columns[index] for index in kept), rows)


def turned(table: Table, title: str) -> Table:
    """Return a table with rows and columns exchanged; its first column becomes the titles, all others are numbers."""
    columns = words(title) + numbers(*(row.cells[0] for row in table.rows))
    cells = ((column.title, *(row.cells[index] for row in table.rows)) for index, column in enumerate(table.columns))
    return Table(columns, tuple(map(Row, list(cells)[1:])))


def terminal(table: Table) -> str:
    """Write a table as aligned lines."""
    lines = [[column.title for column in table.columns], *(list(row.cells) for row in table.rows)]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    aligned = []
    for cells in lines:
        parts = zip(cells, widths, table.columns, strict=True)
        padded = (cell.rjust(width) if column.numbers else cell.ljust(width) for cell, width, column in parts)
        aligned.append("  ".join(padded).rstrip())
    return "\n".join(aligned)
