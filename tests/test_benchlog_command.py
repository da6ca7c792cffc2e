"""The command `python -m litemill.benchlog`."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchlog_forms import FIGURES, informed, logged, seeded

ROOT = Path(__file__).parents[1]
KEYS = [
    "file", "ok", "reason", "avg_us", "count", "min_us", "max_us", "std_us", "median_us", "p95_us", "init_us",
    "first_us", "warmup_avg_us", "memory_init_mb", "memory_overall_mb", "delegate", "delegation",
]  # fmt: skip


def command(*paths: object) -> tuple[int, list[dict[str, Any]], str]:
    done = subprocess.run(
        [sys.executable, "-m", "litemill.benchlog", *map(str, paths)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_the_command_prints_one_object_a_run_in_order(tmp_path: Path) -> None:
    (first, one), (second, two) = informed(seeded(1)), logged(seeded(2))
    (tmp_path / "a b.log").write_text("\n".join([*first, *first, ""]))
    (tmp_path / "c.log").write_bytes("\r\n".join([*second, ""]).encode("utf-16"))
    status, found, said = command(tmp_path / "a b.log", tmp_path / "c.log")
    assert (status, said) == (0, "")
    assert [list(run) for run in found] == [KEYS] * 3
    assert [run["avg_us"] for run in found] == [one["avg_us"], one["avg_us"], two["avg_us"]]
    assert found[2]["file"] == str(tmp_path / "c.log")


def test_a_file_that_cannot_be_read_gives_an_object_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(bytes(range(256)) * 9)
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "prose").write_text("count us in\n")
    paths = [tmp_path / "missing", tmp_path, tmp_path / "binary", tmp_path / "empty", tmp_path / "prose"]
    status, found, said = command(*paths)
    assert (status, said) == (1, "")
    assert [run["file"] for run in found] == [str(path) for path in paths]
    assert not any(run["ok"] for run in found)
    assert all(run["reason"] for run in found)
    assert {run[name] for run in found for name in FIGURES} == {None}


def test_the_reader_imports_nothing_slow() -> None:
    code = "import sys, litemill.benchlog; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"tensorflow", "ai_edge_litert", "numpy", "pandas"}.isdisjoint(done.stdout.split())
