"""Targets in params.yaml: what is refused, how ways to run are named, what makes a figure another one."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from litemill.ground.errors import SettingsError
from litemill.settings import reader
from litemill.settings.devices import Configuration, Target, ToolFile, Tools

FILE = ("net", "int8", "a" * 64)


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    targets: dict[str, Target] = {}
    tool: Tools = {}


def read(folder: Path, **parts: Any) -> Part:
    path = folder / "params.yaml"
    path.write_text(yaml.safe_dump(parts))
    return reader.read(path, Part)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ({"configurations": []}, "targets.pixel.configurations: got [] -> Expected"),
        ({"configurations": [{}], "serial": "a", "model": "b"}, "only one of serial, model and host"),
        ({"configurations": [{}], "serail": "a"}, "unknown key 'serail' -> did you mean 'serial'?"),
        ({"configurations": [{"on": "cpu", "fp16": True}]}, "fp16 can not be given on cpu"),
        ({"configurations": [{"on": "gpu", "xnnpack": True}]}, "xnnpack can not be given on gpu"),
        ({"configurations": [{"flags": ["--graph=x"]}]}, "--graph is set by other settings"),
        ({"configurations": [{"flags": ["rm -rf /"]}]}, "flags"),
        ({"configurations": [{}, {}]}, "two configurations are 'cpu x1'"),
        ({"configurations": [{}], "folder": "/data/a b"}, "targets.pixel.folder: got '/data/a b'"),
        ({"configurations": [{}], "folder": "/data/$(id)"}, "targets.pixel.folder"),
        ({"configurations": [{}], "processes": 0}, "targets.pixel.processes: got 0"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, target: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read(tmp_path, targets={"pixel": target})
    assert said in str(raised.value)


@pytest.mark.parametrize("tool", [{}, {"url": "u", "file": "f"}, {"file": "f", "sha256": "short"}])
def test_a_tool_has_one_place_and_a_whole_hash(tmp_path: Path, tool: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="tool"):
        read(tmp_path, tool={"arm64-v8a": tool})


def test_ways_to_run_have_names() -> None:
    ways = [
        Configuration(threads=4, cores="big"),
        Configuration(xnnpack=False),
        Configuration(on="gpu", fp16=True),
        Configuration(on="gpu"),
        Configuration(on="nnapi", flags=("--nnapi_accelerator_name=x",)),
    ]
    assert [way.label for way in ways] == [
        "cpu x4, big cores", "cpu x1, no xnnpack", "gpu fp16", "gpu", "nnapi, nnapi_accelerator_name=x",
    ]  # fmt: skip


def test_a_figure_is_another_one_when_anything_of_it_changes() -> None:
    way = Configuration()
    target = Target((way,))
    key = target.key(way, FILE, {})
    pinned: Tools = {"arm64-v8a": ToolFile(url="u", sha256="b" * 64)}
    others = {
        target.key(Configuration(threads=2), FILE, {}),
        target.key(way, ("net", "int8", "b" * 64), {}),
        target.key(way, ("net", "fp16", "a" * 64), {}),
        target.key(way, FILE, pinned),
        Target((way,), model="Pixel 8").key(way, FILE, {}),
        Target((way,), runs=7).key(way, FILE, {}),
    }
    assert key not in others
    assert len(others) == 6


def test_a_figure_is_the_same_whatever_else_is_measured() -> None:
    way, other = Configuration(), Configuration(on="gpu")
    assert Target((way,)).key(way, FILE, {}) == Target((other, way)).key(way, FILE, {})
