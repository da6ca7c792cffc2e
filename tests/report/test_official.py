"""Our files against the official ones, in one table."""

from litemill.analysis.results import Results
from litemill.report import markdown, official


def test_each_official_file_stands_against_ours_on_the_same_pictures_and_run(joined: Results) -> None:
    table = official.against(joined)
    assert table is not None
    found = [row.cells for row in table.rows]
    alike = ("1.00", "1.00", "1.00", "95.00 % of labels", "95.00 % of labels")
    assert ("birds", "official_deeplabv3_257", "fp32 (shipped for cpu)", *alike) in found
    assert [cells[2] for cells in found if cells[0] == "painter"] == ["fp32 (shipped for cpu)"]


def test_shares_are_of_the_official_files_figures(joined: Results) -> None:
    table = official.against(joined)
    assert table is not None
    painter = next(row.cells for row in table.rows if row.cells[0] == "painter")
    theirs = next(one for one in joined.sections[1].results if one.official)
    ours = joined.sections[1].ours[0]
    assert float(painter[4]) == round(ours.judged.size_bytes / theirs.judged.size_bytes, 2)


def test_the_report_has_the_table(joined: Results) -> None:
    assert "## Against the official files\n" in markdown.render(joined, [])
