"""A revision as git and DVC's cache have it, the working tree untouched."""

import subprocess
from pathlib import Path

import pytest

from litemill.dvc.revision import File, Revision
from litemill.ground.errors import LitemillError

FILE = """\
schema: '2.0'
stages:
  convert@int8:
    cmd: convert
    deps:
    - {path: pipelines/settings/recipes.int8.json, hash: md5, md5: 932be041d32bbc9824bd37e44b4a5738, size: 19}
    - {path: litemill/ground, hash: md5, md5: d41d8cd98f00b204e9800998ecf8427e.dir, size: 1, nfiles: 1}
    outs:
    - {path: models/birds/int8.tflite, hash: md5, md5: %s, size: 4}
    - {path: models/birds/off.tflite, hash: md5, md5: d41d8cd98f00b204e9800998ecf8427e, size: 0}
    - {path: models/recommended/cpu/birds.tflite, hash: md5, md5: d41d8cd98f00b204e9800998ecf8427e, size: 4}
    - {path: reports/metrics.json}
"""


def git(*arguments: str) -> None:
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@b.example", *arguments]
    subprocess.run(command, check=True, timeout=60, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose base has a lock for all stages and whose working tree has one a network."""
    monkeypatch.chdir(tmp_path)
    git("init", "--quiet", "--initial-branch=main")
    Path("params.yaml").write_text("recipes: {int8: {samples: 10}}\n")
    Path("dvc.lock").write_text(FILE % ("a" * 32))
    git("add", ".")
    git("commit", "--quiet", "--message=base")
    Path("dvc.lock").write_text("schema: '2.0'\n")
    Path("pipelines/birds").mkdir(parents=True)
    Path("pipelines/birds/dvc.lock").write_text(FILE % ("b" * 32))
    return tmp_path


def test_artifacts_are_those_of_dvcs_locks_but_for_empty_ones(checkout: Path) -> None:
    assert checkout == Path.cwd()
    assert Revision("main").artifacts() == {("birds", "int8"): File("a" * 32, 4)}
    assert Revision().artifacts() == {("birds", "int8"): File("b" * 32, 4)}
    git("add", ".")
    git("commit", "--quiet", "--message=a lock a network")
    assert Revision("HEAD").artifacts() == Revision().artifacts()
    assert Revision("HEAD~1").artifacts() == {("birds", "int8"): File("a" * 32, 4)}


def test_stages_that_ran_with_other_settings_are_counted(checkout: Path) -> None:
    assert Revision().stale() == 0
    (checkout / "params.yaml").write_text("recipes: {int8: {samples: 11}}\n")
    assert (Revision().stale(), Revision("main").stale()) == (1, 0)
    (checkout / "params.yaml").write_text("recipes: {}\n")
    assert Revision().stale() == 1


def test_a_file_that_a_revision_lacks_is_an_empty_mapping(checkout: Path) -> None:
    assert checkout == Path.cwd()
    assert (Revision("main").yaml(Path("none.json")), Revision().yaml(Path("none.json"))) == ({}, {})
    assert Revision("main").yaml(Path("params.yaml")) == {"recipes": {"int8": {"samples": 10}}}


@pytest.mark.parametrize("name", ["nothing", "--help", "main:params.yaml", ""])
def test_a_name_of_no_revision_is_refused(checkout: Path, name: str) -> None:
    assert checkout == Path.cwd()
    with pytest.raises(LitemillError, match="no such revision"):
        Revision(name)


def test_what_is_not_yaml_is_named(checkout: Path) -> None:
    (checkout / "params.yaml").write_text("a: [")
    with pytest.raises(LitemillError, match=r"the working tree: params\.yaml is not YAML"):
        Revision().yaml(Path("params.yaml"))
