"""The build as a CI's matrix: its steps run on fresh checkouts that hand a folder on, as its runners do."""

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from clones import ROOT, Clone

from fanout import zoo
from litemill.dvc.schedule import TIMED

WORKFLOW = ROOT / ".github/workflows/matrix.yml"


def steps(job: str) -> list[str]:
    """Return the commands of a job, without what is GitHub's."""
    found = yaml.safe_load(WORKFLOW.read_text())["jobs"][job]["steps"]
    return [step["run"].removesuffix(' >> "$GITHUB_OUTPUT"') for step in found if "run" in step]


@pytest.mark.long
def test_runners_build_the_same_bytes_as_one_machine_and_the_last_one_converts_nothing(tmp_path: Path) -> None:
    one = Clone(tmp_path / "one")
    zoo.settle(one)
    zoo.commit(one.root)
    origin = tmp_path / "origin"
    shutil.copytree(one.root, origin)
    zoo.run(one.root, "dvc", "repro", "gate", "pipelines/painting/dvc.yaml:validate")

    def runner(name: str, *remotes: Path) -> Path:
        folder = tmp_path / name
        zoo.run(tmp_path, "git", "clone", "--quiet", str(origin), name)
        zoo.install(folder)
        for remote in remotes:
            shutil.copytree(remote, folder / ".remote", dirs_exist_ok=True)
        return folder

    planner = runner("planner")
    said = next(line for line in zoo.run(planner, *steps("plan")).splitlines() if line.startswith("units="))
    units = json.loads(said.removeprefix("units="))
    assert units == ["painting", "sketch"]
    builders = []
    for unit in units:
        builder = runner(unit, planner / ".remote")
        told = zoo.run(builder, "bash", "-c", *steps("build"), UNIT=unit)
        assert f"{unit}/dvc.yaml:freeze" in told
        assert "fetch@magenta_mobile':\n> " not in told
        builders.append(builder)
    last = runner("last", *(builder / ".remote" for builder in builders))
    told = zoo.run(last, *steps("report"))
    ran = set(re.findall("Running stage '(.*)':", told))
    timed = {f"pipelines/{unit}/dvc.yaml:{stage}" for unit in units for stage in TIMED}
    assert ran == zoo.LAST | timed
    expected = {name: data for name, data in zoo.made(one).items() if "gallery" not in name}
    assert expected
    assert {name: data for name, data in zoo.made(Clone(last)).items() if "gallery" not in name} == expected


def test_the_workflow_has_pinned_actions_few_rights_and_steps_of_the_repository() -> None:
    text = WORKFLOW.read_text()
    used = [line.split("uses: ")[1] for line in text.splitlines() if "uses: " in line]
    assert used
    assert all(len(one.split("@")[1].split()[0]) == 40 for one in used)
    assert yaml.safe_load(text)["permissions"] == {"contents": "read"}
    for job in yaml.safe_load(text)["jobs"]:
        for step in steps(job):
            assert (ROOT / step.split()[0]).stat().st_mode & 0o100
