"""The results as a table: one row an artifact, a column a figure; as CSV the same bytes each time."""

from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from report import built

from litemill.analysis import frame
from litemill.analysis import results as joined
from litemill.settings import params


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        built.build(folder)
    return folder


@pytest.fixture
def table(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    monkeypatch.chdir(checkout)
    return frame.results()


def test_there_is_a_row_for_each_file_official_files_among_them(table: pd.DataFrame) -> None:
    known = joined.load(params.load())
    files = [(section.name, one.name, one.official) for section in known.sections for one in section.results]
    assert list(table[["network", "artifact", "official"]].itertuples(index=False, name=None)) == files


def test_every_figure_of_a_file_is_in_its_row(table: pd.DataFrame) -> None:
    rows = iter(table.to_dict("records"))
    for section in joined.load(params.load()).sections:
        for one in section.results:
            row = next(rows)
            assert row["size_bytes"] == one.judged.size_bytes
            assert {name: row[name] for name in one.judged.metrics} == pytest.approx(one.judged.metrics)
            assert [row[f"latency_{time.threads}_threads_ms"] for time in one.measured.latency] == [
                time.median_ms for time in one.measured.latency
            ]
            within = row["within_tolerance"]
            assert pd.isna(within) if one.official else within == (not one.failing)


def test_what_is_not_measured_of_a_file_is_missing_and_types_stay(table: pd.DataFrame) -> None:
    assert table[table.network == "birds"].psnr_db.isna().all()
    assert str(table.size_bytes.dtype) == "Int64"
    assert str(table.within_tolerance.dtype) == "boolean"


def test_as_csv_it_has_six_digits_and_is_the_same_each_time(table: pd.DataFrame) -> None:
    data = frame.csv(table)
    assert data == frame.csv(frame.results())
    read = pd.read_csv(BytesIO(data)).convert_dtypes()
    assert list(read) == list(table)
    assert len(read) == len(table)
    numbers = [cell for line in data.decode().splitlines()[1:] for cell in line.split(",") if "." in cell]
    assert numbers
    assert max(len(cell.lstrip("0.").replace(".", "").split("e")[0]) for cell in numbers) <= 6
