"""What is shipped, in the report."""

from pathlib import Path

import pytest

from litemill.analysis import results
from litemill.analysis.results import Results
from litemill.ground import project
from litemill.ground.errors import RecordError
from litemill.records import store
from litemill.records.recommendation import Candidate, Recommended
from litemill.report import markdown, recommended
from litemill.settings import params
from report import built


def test_each_network_has_a_line_a_target_with_the_reason(joined: Results) -> None:
    rows = [row.cells for row in recommended.shipped(joined).rows]
    assert [cells[:3] for cells in rows if cells[0] == "painter"] == [
        ("painter", "cpu", "fp32"),
        ("painter", "gpu", "none"),
    ]
    assert ("painter", "cpu", "fp32", "422,086", "the fastest of 2 | for now") in rows


def test_what_is_better_in_nothing_is_named_with_numbers(joined: Results) -> None:
    table = recommended.left(joined)
    assert table is not None
    assert ("painter", "cpu", "int8", "fp32", "9 against 1 ms") in [row.cells for row in table.rows]


def test_every_file_is_weighed_for_every_target(joined: Results) -> None:
    rows = [row.cells for row in recommended.weighed(joined).rows]
    assert ("painter", "cpu", "int8", "no", "allowed") in rows
    assert ("painter", "cpu", "fp32", "yes", "shipped") in rows
    assert ("birds", "gpu", "fp32", "yes", "quantize none, where the rule wants fp16") in rows


def test_a_style_packs_saving_is_said_in_bytes(joined: Results) -> None:
    said = recommended.savings(joined)
    assert len(said) == 1
    assert said[0].startswith("eye is 2,828,838 of the 3,250,924 bytes (87 %) that it and painter have for cpu")


def test_the_report_shows_the_choice(joined: Results) -> None:
    text = markdown.render(joined, [])
    assert "## Recommended\n" in text
    assert "| painter | cpu | fp32 | 422,086 | the fastest of 2 \\| for now |" in text


@pytest.mark.usefixtures("checkout")
def test_a_choice_among_other_files_is_an_error() -> None:
    built.changed(project.record("recommend", "birds"), Recommended, choices=_of_another_file())
    with pytest.raises(RecordError, match=r"recommend/birds\.json: speaks of another fp32"):
        results.load(params.load())


def _of_another_file() -> tuple[object, ...]:
    choice = store.load(Path("reports/records/recommend/birds.json"), Recommended).choices[0]
    other = Candidate("fp32", "0" * 64, 1, 1.0)
    return (type(choice)(choice.target, "fp32", other.sha256, "", choice.metric, (other,)),)
