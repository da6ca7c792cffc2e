"""The files of each network's stages, in step with params.yaml, and what earlier settings left behind."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from clones import ROOT, Clone

from litemill.dvc import pipelines
from litemill.settings import params

LIMIT = 60


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    made = Clone(tmp_path / "clone")
    made.set(made.params)
    return made


def plan(clone: Clone, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "litemill", "plan", *options]
    return subprocess.run(command, cwd=clone.root, capture_output=True, text=True, check=False, timeout=LIMIT)


def stages(clone: Clone, network: str) -> dict[str, dict[str, object]]:
    text = (clone.root / f"pipelines/{network}/dvc.yaml").read_text()
    found: dict[str, dict[str, object]] = yaml.safe_load(text)["stages"]
    return found


def test_the_repositorys_own_files_are_in_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert pipelines.difference(pipelines.present(), pipelines.wanted(params.load())) == ""


def test_a_network_that_is_removed_loses_its_stages_and_outputs_and_no_other_does(clone: Clone) -> None:
    gone = (
        *("models/magenta_predict/fp32.tflite", "models/recommended/cpu/magenta_predict.tflite"),
        *("data/graphs/magenta_predict/graph.pb", "reports/records/validate/magenta_predict.json"),
    )
    kept = "models/magenta_transfer/fp32.tflite"
    for name in (*gone, kept):
        (clone.root / name).parent.mkdir(parents=True, exist_ok=True)
        (clone.root / name).write_text("x")
    whole = clone.params
    networks = {name: one for name, one in whole["networks"].items() if name != "magenta_predict"}
    (clone.root / "params.yaml").write_text(
        yaml.safe_dump(whole | {"networks": networks, "bottleneck_from": {}}, sort_keys=False)
    )
    done = plan(clone, "--write")
    assert done.returncode == 0
    assert "removed magenta_predict" in done.stdout
    assert "dropped pipelines/magenta_predict, with its lock\n" in done.stdout
    assert "dropped models/magenta_predict\n" in done.stdout
    assert not (clone.root / "pipelines/magenta_predict").exists()
    assert [name for name in gone if (clone.root / name).exists()] == []
    assert (clone.root / kept).exists()


def test_a_recipe_that_a_network_loses_goes_from_its_stages_its_lock_and_its_outputs(clone: Clone) -> None:
    lock = clone.root / "pipelines/magenta_predict/dvc.lock"
    entry = {"cmd": "python", "outs": [{"path": "models/magenta_predict/int8.tflite", "md5": "0" * 32}]}
    lock.write_text(yaml.safe_dump({"schema": "2.0", "stages": {"convert@int8": entry, "convert@fp32": entry}}))
    artifact = clone.root / "models/magenta_predict/int8.tflite"
    artifact.parent.mkdir(parents=True)
    artifact.write_text("x")
    whole = clone.params
    whole["networks"]["magenta_predict"]["recipes"] = ["fp32"]
    (clone.root / "params.yaml").write_text(yaml.safe_dump(whole, sort_keys=False))
    done = plan(clone, "--write")
    assert "changed magenta_predict" in done.stdout
    assert "dropped from pipelines/magenta_predict/dvc.lock: convert@int8" in done.stdout
    assert stages(clone, "magenta_predict")["convert"]["foreach"] == ["fp32"]
    assert set(yaml.safe_load(lock.read_text())["stages"]) == {"convert@fp32"}
    assert not artifact.exists()


def test_what_no_stage_makes_any_more_goes_from_records_and_the_roots_lock(clone: Clone) -> None:
    entry = {"cmd": "python", "outs": [{"path": "x", "md5": "0" * 32}]}
    lock = clone.root / "dvc.lock"
    stale = dict.fromkeys(("freeze", "fetch@gone", "endtoend@magenta_transfer"), entry)
    lock.write_text(yaml.safe_dump({"schema": "2.0", "stages": {"gate": entry, **stale}}))
    record = clone.root / "reports/records/endtoend/magenta_transfer.json"
    source = clone.root / "data/sources/gone/record.json"
    for path in (record, source):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (clone.root / "params.yaml").write_text(yaml.safe_dump(clone.params | {"bottleneck_from": {}}, sort_keys=False))
    done = plan(clone, "--write")
    said = [line for line in done.stdout.splitlines() if line.startswith("dropped")]
    assert said == [
        "dropped data/sources/gone",
        "dropped reports/records/endtoend/magenta_transfer.json",
        "dropped from dvc.lock: endtoend@magenta_transfer, fetch@gone, freeze",
    ]
    assert set(yaml.safe_load(lock.read_text())["stages"]) == {"gate"}
    assert [path for path in (record, source.parent) if path.exists()] == []
    assert plan(clone, "--write").stdout == "pipelines: in step with params.yaml, nothing stale\n"


@pytest.mark.build
def test_where_a_network_was_added_dvc_names_the_command_that_goes_on_and_it_does(clone: Clone) -> None:
    whole = clone.params
    whole["networks"]["another"] = whole["networks"]["magenta_predict"]
    (clone.root / "params.yaml").write_text(yaml.safe_dump(whole, sort_keys=False))
    done = clone.repro("plan")
    assert done.returncode != 0
    assert [line for line in done.stderr.splitlines() if line.startswith("error: ")] == [
        "error: pipelines was not in step with params.yaml: got added another, just now -> run: make repro"
    ]
    assert "freeze" in stages(clone, "another")
    # of `make repro` what comes ahead of the build
    assert clone.make("plan").returncode == 0
    done = clone.repro("plan")
    assert done.returncode == 0, done.stderr


@pytest.mark.build
def test_dvc_does_not_take_from_its_cache_that_pipelines_are_in_step(clone: Clone) -> None:
    one = clone.params
    assert clone.repro("plan").returncode == 0
    two = clone.params
    two["networks"]["another"] = two["networks"]["magenta_predict"]
    clone.set(two)
    assert clone.repro("plan").returncode == 0
    # settings that `plan` ran with, while the files are those of others
    (clone.root / "params.yaml").write_text(yaml.safe_dump(one, sort_keys=False))
    done = clone.repro("plan")
    assert done.returncode != 0
    assert "got removed another, just now -> run: make repro" in done.stderr


def test_a_file_that_was_not_written_here_is_left_alone(clone: Clone) -> None:
    own = clone.root / "pipelines/mine/dvc.yaml"
    own.parent.mkdir()
    own.write_text("stages: {}\n")
    assert plan(clone, "--write").returncode == 0
    assert own.read_text() == "stages: {}\n"
