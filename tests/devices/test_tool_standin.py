"""The stand-in prints logs that the reader of real ones takes, with the figures that it was told."""

import subprocess
from pathlib import Path

import pytest

from devices import tool_standin
from litemill import benchmark_log

PLAIN = {"PATH": "/usr/bin:/bin"}


def run(tool: Path, *flags: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(tool), *flags], env=PLAIN | env, capture_output=True, text=True, timeout=30, check=False)


@pytest.fixture
def graph(tmp_path: Path) -> str:
    return f"--graph={tool_standin.model(tmp_path / 'a model.tflite')}"


def test_times_lie_as_told_around_the_given_latency(tmp_path: Path, graph: str) -> None:
    tool = tool_standin.write(tmp_path / "tool", latency_us=80_000, noise_percent=3)
    for threads in (1, 4):
        (found,) = benchmark_log.read(run(tool, graph, f"--num_threads={threads}").stdout)
        assert found.ok
        assert found.count == 50
        assert found.median_us == pytest.approx(80_000 / threads, rel=0.03)
        assert found.min_us != found.max_us
        assert found.memory_overall_mb == 9.5
        assert found.warmup_avg_us
        assert found.max_us
        assert found.warmup_avg_us > found.max_us


def test_the_same_seed_gives_the_same_log_and_another_another(tmp_path: Path, graph: str) -> None:
    tool = tool_standin.write(tmp_path / "tool")
    logs = [run(tool, graph, TOOL_SEED=seed).stdout for seed in ("5", "5", "6")]
    assert logs[0] == logs[1] != logs[2]


@pytest.mark.parametrize("noise", [0, 2, 40])
@pytest.mark.parametrize("latency", [1, 900, 5_000_000])
@pytest.mark.parametrize("runs", [1, 50])
def test_every_log_is_read_without_doubt(tmp_path: Path, graph: str, runs: int, latency: int, noise: int) -> None:
    tool = tool_standin.write(tmp_path / "tool", latency_us=latency, noise_percent=noise)
    (found,) = benchmark_log.read(run(tool, graph, f"--num_runs={runs}", "--warmup_runs=0").stdout)
    assert found.ok, found.reason
    assert found.count == runs


@pytest.mark.parametrize(
    ("gpu", "extent"), [("full", "full"), ("partial", "partial"), ("none", "none"), ("unsupported", "none")]
)
@pytest.mark.parametrize("name", ["gpu", "nnapi"])
def test_delegation_is_told_in_the_tools_words(tmp_path: Path, graph: str, name: str, gpu: str, extent: str) -> None:
    tool = tool_standin.write(tmp_path / "tool", gpu=gpu)
    (found,) = benchmark_log.read(run(tool, graph, f"--use_{name}=true").stdout)
    assert (found.ok, found.delegate, found.delegation) == (True, name.upper(), extent)
    refused = run(tool, graph, f"--use_{name}=true", "--require_full_delegation=true").returncode
    assert (refused == 0) == (extent == "full")


@pytest.mark.parametrize(("wrong", "status"), [("kill", -9), ("crash", -11), ("library", 1), ("invoke", 1), ("cut", 0)])
def test_failures_end_as_real_ones(tmp_path: Path, graph: str, wrong: str, status: int) -> None:
    done = run(tool_standin.write(tmp_path / "tool", wrong=wrong), graph)
    assert done.returncode == status
    assert not any(found.ok for found in benchmark_log.read(done.stdout + done.stderr))


@pytest.mark.parametrize("content", [b"", b"not a model", None])
def test_a_bad_model_fails_to_load(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "bad.tflite"
    if content is not None:
        path.write_bytes(content)
    done = run(tool_standin.write(tmp_path / "tool"), f"--graph={path}")
    (found,) = benchmark_log.read(done.stdout + done.stderr)
    assert done.returncode == 1
    assert not found.ok
    assert "Failed to mmap model" in str(found.reason)


def test_an_unknown_flag_is_only_a_warning(tmp_path: Path, graph: str) -> None:
    done = run(tool_standin.write(tmp_path / "tool"), graph, "--colour=blue")
    assert done.returncode == 0
    assert "Unconsumed cmdline flags: --colour=blue" in done.stdout


def test_it_writes_the_answer_that_it_was_given(tmp_path: Path, graph: str) -> None:
    (tmp_path / "answer").write_bytes(b"\1\2\3")
    tool = tool_standin.write(tmp_path / "tool", answer=tmp_path / "answer")
    run(tool, graph, f"--output_filepath={tmp_path / 'output'}")
    assert (tmp_path / "output").read_bytes() == b"\1\2\3"
