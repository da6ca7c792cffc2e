"""Schemas by which editors complete and check what is written by hand."""

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml

from litemill.commands import docs
from litemill.ground.errors import SettingsError
from litemill.settings import reader

FILES = {file: (path, shape) for path, (file, shape) in docs.SCHEMAS.items()}
PARAMS, CATALOG = FILES


def problems(file: Path, value: object) -> list[str]:
    """Return what an editor would underline."""
    known = msgspec.json.decode(FILES[file][0].read_bytes())
    jsonschema.Draft202012Validator.check_schema(known)
    return [error.message for error in jsonschema.Draft202012Validator(known).iter_errors(value)]


@pytest.mark.parametrize("file", FILES)
def test_what_is_written_fits_its_schema(file: Path) -> None:
    assert problems(file, yaml.safe_load(file.read_text())) == []


@pytest.mark.parametrize("file", FILES)
def test_the_first_line_leads_an_editor_to_the_schema(file: Path) -> None:
    first = file.read_text().splitlines()[0]
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert found
    assert file.parent / found[1] == FILES[file][0]


def put(*keys: Any, value: object) -> Callable[[Any], None]:
    """Return an edit: a value at a place."""

    def edit(written: Any) -> None:
        for key in keys[:-1]:
            written = written[key]
        written[keys[-1]] = value

    return edit


MISTAKES = [
    (PARAMS, put("netwroks", value={})),
    (PARAMS, put("benchmark", "rounds", value=0)),
    (PARAMS, put("benchmark", "threads", value="two")),
    (PARAMS, put("networks", "magenta_predict", "input", value=[256])),
    (PARAMS, put("networks", "magenta_predict", "part", value="prediction")),
    (PARAMS, put("networks", "a-b", value={"source": "x", "input": [1, 1]})),
    (PARAMS, put("recipes", "int8", "quantize", value="int4")),
    (PARAMS, put("recipes", "int8", "tolerance", "ssim", value=2)),
    (PARAMS, put("recipes", "int8", "tolerance", value={"psnr": 20})),
    (CATALOG, put("magenta_mobile", "kind", value="onnx")),
    (CATALOG, put("magenta_mobile", "embedded", "sha256", value="none")),
    (CATALOG, put("new", value={"kind": "tflite", "url": "x", "mirror": "x", "task": "stylization"})),
]


@pytest.mark.parametrize(("file", "mistake"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_that_the_build_refuses_is_seen_by_an_editor(
    file: Path, mistake: Callable[[Any], None], tmp_path: Path
) -> None:
    written = copy.deepcopy(yaml.safe_load(file.read_text()))
    mistake(written)
    assert len(problems(file, written)) == 1
    wrong = tmp_path / file.name
    wrong.write_text(yaml.safe_dump(written))
    with pytest.raises(SettingsError):
        reader.read(wrong, FILES[file][1])


@pytest.mark.parametrize("file", FILES)
def test_an_editor_explains_every_field(file: Path) -> None:
    for body in msgspec.json.decode(FILES[file][0].read_bytes())["$defs"].values():
        assert body["description"]
        assert all(value["description"] for value in body["properties"].values())
