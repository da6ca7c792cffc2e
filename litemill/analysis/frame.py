"""The results of a build as a table of pandas', for analyses of one's own; reports/artifacts.csv is the same."""

import pandas as pd

from litemill.analysis import results as joined
from litemill.analysis.results import Result, Results
from litemill.figures import FIGURES
from litemill.settings import params

Cell = str | float | bool | None


def results() -> pd.DataFrame:
    """Return the results of the build in the current folder, one row an artifact, a column a figure.

    Official files stand beside the files that were built. What is not measured of a file is missing (`NA`).

    Examples
    --------
    >>> import litemill
    >>> table = litemill.results()
    >>> small = table[(table.size_bytes < 1e6) & ~table.official]
    >>> list(small)[:3]
    ['network', 'artifact', 'official']
    """
    return frame(joined.load(params.load()))


def frame(found: Results) -> pd.DataFrame:
    """Return joined results as a table; each column has a type that knows missing values."""
    rows = [row(section.name, one) for section in found.sections for one in section.results]
    return pd.DataFrame(rows).convert_dtypes()


def row(network: str, one: Result) -> dict[str, Cell]:
    """Return what is known of an artifact, by column."""
    timed = {
        f"{name.removesuffix('_ms')}_{time.threads}_threads_ms": value
        for time in one.measured.latency
        for name, value in time.figures.items()
    }
    return {
        "network": network,
        "artifact": one.name,
        "official": one.official,
        "within_tolerance": None if one.verdict is None else not one.failing,
        **{name: one.figures[name] for name, figure in FIGURES.items() if name in one.figures and not figure.places},
        **timed,
    }


def csv(table: pd.DataFrame) -> bytes:
    """Return a table as CSV with 6 significant digits; the same results give the same bytes."""
    return table.to_csv(index=False, float_format="%.6g", lineterminator="\n").encode()
