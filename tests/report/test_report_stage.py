"""The report stage, run as a user does."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from litemill.analysis import frame
from report import built

OUTPUTS = (
    "reports/index.html",
    "reports/report.md",
    "reports/metrics.json",
    "reports/artifacts.csv",
    "reports/figures",
)


def outputs(checkout: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name in OUTPUTS:
        files = sorted((checkout / name).glob("*")) if (checkout / name).is_dir() else [checkout / name]
        found |= {str(file.relative_to(checkout)): file.read_bytes() for file in files if file.is_file()}
    return found


def test_the_report_shows_every_figure_and_each_is_a_picture(written: Path) -> None:
    text = (written / "reports/report.md").read_text()
    shown = re.findall(r"!\[[^\]]+\]\((figures/[^)]+)\)", text)
    assert sorted(shown) == sorted(f"figures/{path.name}" for path in (written / "reports/figures").iterdir())
    assert {"figures/birds.jpg", "figures/painter.jpg", "figures/size.png"} <= set(shown)
    for name in shown:
        with Image.open(written / "reports" / name) as picture:
            picture.load()
            assert picture.width > 300


def test_the_results_are_a_table_for_programs_too(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(written)
    assert (written / "reports/artifacts.csv").read_bytes() == frame.csv(frame.results())


def test_tables_of_the_report_are_whole(written: Path) -> None:
    lines = (written / "reports/report.md").read_text().splitlines()
    widths = []
    for line in lines:
        if line.startswith("|"):
            widths.append(len(re.findall(r"(?<!\\)\|", line)))
        elif widths:
            assert len(set(widths)) == 1
            assert len(widths) > 2
            widths = []
    assert sum(line.startswith("| :--") for line in lines) > 10


def test_links_within_the_report_lead_to_its_headings(written: Path) -> None:
    text = (written / "reports/report.md").read_text()
    headings = {line.lstrip("# ").lower().replace(" ", "-") for line in text.splitlines() if line.startswith("#")}
    links = set(re.findall(r"\]\(#([^)]+)\)", text))
    assert {"birds", "painter", "eye", "provenance"} <= links <= headings


def test_a_failing_artifact_is_marked_in_the_report(written: Path) -> None:
    text = (written / "reports/report.md").read_text()
    assert "**1 outside its tolerance** (❌)" in text
    marked = [line for line in text.splitlines() if line.startswith("| ❌")]
    assert any("outside: label agreement 95.00 %, least 96.50 %" in line for line in marked)
    assert all("fp32" in line for line in marked)


def test_the_report_says_where_it_was_measured_and_on_what(written: Path) -> None:
    text = (written / "reports/report.md").read_text()
    assert "Timed on: A | processor (avx2), 2 cores, 8 GB, Linux x86_64, LiteRT 2.3.0" in text
    assert "5 runs after 1 to warm up" in text
    assert "2 pairs of cat_720p, face with clouds-over-bor-1940_sq, zigzag_colorful" in text


def test_the_summary_is_sorted_and_rounded(written: Path) -> None:
    text = (written / "reports/metrics.json").read_text()
    summary = json.loads(text)
    assert text == json.dumps(summary, indent=2, sort_keys=True) + "\n"
    assert summary["birds"]["fp32"]["mean_iou"] == 0.876543


def test_a_second_run_writes_the_same_bytes(written: Path, checkout: Path) -> None:
    done = built.report(checkout)
    assert done.returncode == 0, done.stderr
    assert outputs(checkout) == outputs(written)


def test_the_figure_of_a_network_that_is_gone_goes_too(written: Path, checkout: Path) -> None:
    stale = checkout / "reports/figures/gone.png"
    stale.parent.mkdir(parents=True, exist_ok=True)
    stale.write_bytes(b"old")
    assert built.report(checkout).returncode == 0
    assert set(outputs(checkout)) == set(outputs(written))


@pytest.mark.parametrize(
    "file",
    [
        "data/references/birds/reference.npz",
        "data/outputs/painter.npz",
        "data/graphs/eye/graph.pb",
    ],
)
def test_evidence_of_another_run_is_refused_and_nothing_is_written(checkout: Path, file: str) -> None:
    before = outputs(checkout)
    with (checkout / file).open("ab") as stream:
        stream.write(b"x")
    done = built.report(checkout)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert file in done.stderr
    assert "run: dvc repro" in done.stderr
    assert outputs(checkout) == before


def test_the_table_lists_every_artifact_and_the_reports_path(checkout: Path) -> None:
    done = built.report(checkout, "--table")
    lines = done.stdout.splitlines()
    assert lines[0].split()[:3] == ["network", "recipe", "bytes"]
    assert [line.split()[:3] for line in lines[1:6]] == [
        ["birds", "fp32", "2,780,051"], ["painter", "fp32", "422,086"], ["painter", "int8", "284,398"],
        ["eye", "fp32", "2,828,838"], ["eye", "int8", "2,828,838"],
    ]  # fmt: skip
    assert lines[1].endswith("outside: label agreement 95.00 %, least 96.50 %")
    assert lines[-1] == "reports/index.html, reports/report.md: 5 artifacts, 1 outside tolerance"
    assert done.returncode == 0


def test_the_table_writes_nothing(checkout: Path) -> None:
    before = outputs(checkout)
    built.report(checkout, "--table")
    assert outputs(checkout) == before


@pytest.mark.parametrize("options", [(), ("--table",)])
def test_without_records_it_says_in_one_line_what_to_run(checkout: Path, options: tuple[str, ...]) -> None:
    (checkout / "dvc.yaml").touch()
    (checkout / "reports/records/gate.json").unlink()
    done = built.report(checkout, *options)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: reports/records/gate.json: no such record -> run: dvc repro\n"


def test_the_table_needs_neither_charts_nor_the_runtime() -> None:
    heavy = ("altair", "PIL", "ai_edge_litert", "tensorflow", "jinja2")
    code = f"import sys, litemill.commands.report; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=built.REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "[]\n"
