"""A figure that is registered and measured stands in report, page, summary, budgets and comparison by itself."""

from pathlib import Path

import msgspec
import pytest

from litemill import figures
from litemill.analysis import changes, results
from litemill.analysis.budgets import outcomes
from litemill.analysis.changes import Side
from litemill.analysis.results import Results
from litemill.comparison import tables
from litemill.comparison.compare import Compared, Comparison
from litemill.dvc.revision import File
from litemill.figures import Figure
from litemill.ground.errors import RecordError
from litemill.report import budgets, markdown, page
from litemill.report.context import summary
from litemill.settings import params, reader
from litemill.settings.budgets import Budget
from report import built

ENERGY = Figure("energy_mj", "energy", unit="mJ")


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Records whose measurer wrote one more figure."""
    monkeypatch.setattr(built, "COSTS", built.COSTS | {ENERGY.name: 7.125})
    monkeypatch.chdir(tmp_path)
    built.build(tmp_path)
    return tmp_path


@pytest.fixture
def joined(measured: Path, monkeypatch: pytest.MonkeyPatch) -> Results:
    monkeypatch.setitem(figures.FIGURES, ENERGY.name, ENERGY)
    assert measured.is_dir()
    return results.load(params.load())


def test_report_and_page_show_it(joined: Results) -> None:
    text, html = markdown.render(joined, [], ()), page.render(joined, {}, ())
    for shown in (text, html):
        assert "energy, mJ" in shown
        assert "7.12" in shown


def test_the_summary_has_it(joined: Results) -> None:
    assert summary(joined)["birds"]["fp32"]["energy_mj"] == 7.125


def test_a_budget_may_be_on_it(joined: Results) -> None:
    budget = reader_of({"figure": "energy_mj", "artifact": "birds/fp32", "most": 7})
    with_it = msgspec.structs.replace(joined, params=msgspec.structs.replace(joined.params, budgets={"green": budget}))
    (outcome,) = outcomes(with_it)
    assert (outcome.value, outcome.state) == (7.125, "broken")
    assert budgets.said(outcome) == "budget green: birds/fp32 energy_mj: 7.12, at most 7.00: broken"


def reader_of(settings: dict[str, object]) -> Budget:
    """Return a budget as params.yaml would give it."""
    return msgspec.convert(settings, Budget)


@pytest.mark.usefixtures("joined")
def test_a_comparison_tells_what_became_of_it() -> None:
    base, head = (
        {"birds": {"fp32": {"size_bytes": 10.0, "label_agreement": 0.99, "energy_mj": one}}} for one in (7, 9)
    )
    files = {("birds", "fp32"): File("a", 10)}, {("birds", "fp32"): File("b", 10)}
    (found,) = changes.artifacts(Side(base, files[0]), Side(head, files[1]))
    assert found.worse
    comparison = Comparison("main", "", (), (Compared(found),), 0, 0, False, (), {})  # noqa: FBT003
    assert "energy, mJ 7.00 → 9.00: worse" in tables.artifacts(comparison).rows[0].cells[3]


def test_a_figure_that_is_not_registered_is_refused(measured: Path) -> None:
    assert measured.is_dir()
    with pytest.raises(RecordError) as caught:
        results.load(params.load())
    assert "energy_mj" in str(caught.value)
    assert "litemill/figures.py" in str(caught.value)


def test_an_unknown_figure_of_a_budget_is_told_with_the_nearest() -> None:
    assert reader.nearest("peak_memory", figures.budgeted()) == "did you mean 'peak_memory_mb'?"
