"""Budgets held against records: kept, broken, not measured."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from litemill.analysis import results
from litemill.analysis.budgets import Outcome, outcomes, summary
from litemill.analysis.results import Results
from litemill.report import budgets
from litemill.settings import params
from litemill.settings.budgets import Budget
from report import built

PAINTER = built.FILES["official_magenta_transfer_fp16"].stat().st_size
PAINTER_INT8 = built.FILES["official_magenta_transfer_int8"].stat().st_size


def outcome(joined: Results, **settings: Any) -> Outcome:
    """Hold one budget against the records."""
    one = msgspec.convert(settings, Budget)
    (found,) = outcomes(
        msgspec.structs.replace(joined, params=msgspec.structs.replace(joined.params, budgets={"one": one}))
    )
    return found


def test_bytes_and_accuracy_are_held_against_absolute_limits(joined: Results) -> None:
    found = outcome(joined, artifact="painter/fp32", figure="bytes", most=PAINTER)
    assert (found.state, found.value, found.limit) == ("kept", PAINTER, PAINTER)
    assert outcome(joined, artifact="painter/fp32", figure="bytes", most=PAINTER - 1).state == "broken"
    assert outcome(joined, artifact="painter/fp32", figure="psnr_db", least=31.25).state == "kept"
    assert outcome(joined, artifact="painter/fp32", figure="psnr_db", least=31.26).state == "broken"


def test_a_relative_budget_is_a_multiple_of_another_file_of_the_network(joined: Results) -> None:
    share = PAINTER_INT8 / PAINTER
    found = outcome(joined, artifact="painter/int8", figure="bytes", most=share + 0.01, times="fp32")
    assert found.state == "kept"
    assert found.limit == pytest.approx((share + 0.01) * PAINTER)
    assert outcome(joined, artifact="painter/int8", figure="bytes", most=share - 0.01, times="fp32").state == "broken"
    official = built.BASELINES["painter"][0]
    assert outcome(joined, artifact="painter/int8", figure="bytes", most=1, times=official).state == "kept"


def test_latency_is_of_a_target_and_a_configuration(joined: Results) -> None:
    latency = {"artifact": "birds/fp32", "figure": "latency_ms"}
    assert outcome(joined, **latency, most=124).value == pytest.approx(123.456)
    assert outcome(joined, **latency, most=124, configuration="cpu x2").value == pytest.approx(6.78912)
    assert outcome(joined, **latency, most=100).state == "broken"


def test_what_has_no_figure_is_not_measured_and_so_not_kept(joined: Results) -> None:
    pixel = {"target": "pixel", "configuration": "gpu"}
    for found in (
        outcome(joined, artifact="birds/fp32", figure="latency_ms", most=1000, **pixel),
        outcome(joined, artifact="birds/fp32", figure="latency_ms", most=1, times="fp32", **pixel),
        outcome(joined, artifact="birds/fp32", figure="ssim", least=0.1),
        outcome(joined, artifact="birds/int8", figure="bytes", most=1),
    ):
        assert (found.state, found.value) == ("not measured", None)
        assert summary([found])["one"]["kept"] == 0
        assert budgets.said(found).endswith(": not measured")


def test_what_is_shipped_adds_up_and_of_an_accuracy_the_least_counts(joined: Results) -> None:
    shipped = [
        (section.name, section.recommended.choice("cpu").recipe)
        for section in joined.sections
        if section.recommended.choice("cpu").recipe
    ]
    assert shipped
    total = sum(built.FILES[built.BUILT[network][recipe]].stat().st_size for network, recipe in shipped)
    assert outcome(joined, recommended="cpu", figure="bytes", most=total).value == total
    assert outcome(joined, recommended="cpu", figure="bytes", most=total - 1).state == "broken"
    found = outcome(joined, recommended="cpu", figure="bottleneck_cosine", least=0.9)
    assert (found.state, found.value) == ("kept", 0.99996)


def test_the_report_shows_budgets_and_leaves_their_figures_to_git(checkout: Path) -> None:
    settings = yaml.safe_load(Path("params.yaml").read_text())
    small = {"artifact": "painter/fp32", "figure": "bytes", "most": PAINTER - 1}
    Path("params.yaml").write_text(yaml.safe_dump(settings | {"budgets": {"small": small}}))
    done = built.report(checkout)
    assert done.returncode == 0, done.stderr
    text = (checkout / "reports/report.md").read_text()
    assert f"| ❌ small | painter/fp32 bytes | {PAINTER:,} | at most {PAINTER - 1:,} | broken |" in text
    kept = json.loads((checkout / "reports/budgets.json").read_text())
    assert kept == {"small": {"kept": 0, "limit": PAINTER - 1, "value": PAINTER}}
    rows = json.loads((checkout / "reports/artifacts.json").read_text())["artifacts"]
    assert {row["artifact"] for row in rows} == {f"{one}/{two}" for one, both in built.BUILT.items() for two in both}


def test_without_budgets_the_report_has_no_such_part(checkout: Path) -> None:
    assert outcomes(results.load(params.load())) == ()
    assert built.report(checkout).returncode == 0
    assert "Budgets" not in (checkout / "reports/report.md").read_text()
