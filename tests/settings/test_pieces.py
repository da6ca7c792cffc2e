"""Settings read a piece at a time."""

from pathlib import Path

import planned
import pytest

from litemill.ground.errors import SettingsError
from litemill.settings import pieces
from litemill.settings.build import Build
from litemill.settings.gallery import Composition
from litemill.settings.network import Network
from litemill.settings.recipe import Recipe
from litemill.settings.recommend import Recommend

PARAMS = """
source: embedded
networks: {street: {source: deeplab, input: [33, 33], recipes: [int8]}}
recipes: {fp32: {quantize: none}, int8: {quantize: int8, calibration_samples: 2}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    planned.write(tmp_path, PARAMS)
    (tmp_path / "params.yaml").unlink()  # nothing here reads it
    (tmp_path / "dvc.yaml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_a_setting_has_its_type_and_its_defaults() -> None:
    assert pieces.read("source", str) == "embedded"
    assert pieces.read("networks.street", Network).input == (33, 33)
    assert pieces.read("recipes.int8", Recipe).calibration_samples == 2
    assert list(pieces.read("built_with.street", dict[str, Recipe])) == ["int8"]
    assert pieces.read("recommend", Recommend) == Recommend()
    assert pieces.read("gallery", tuple[Composition, ...]) == ()


@pytest.mark.usefixtures("folder")
def test_settings_together_are_read_as_far_as_they_are_named() -> None:
    build = pieces.of(Build, "networks", "recipes", "bottleneck_from")
    assert build.built_with("street") == ("int8",)
    assert pieces.of(Build, "networks").recipes == {}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("networks.stret", "params.yaml: unknown network 'stret' -> did you mean 'street'?"),
        ("built_with.stret", "params.yaml: unknown network 'stret' -> did you mean 'street'?"),
        ("recipes.fp23", "params.yaml: unknown recipe 'fp23' -> did you mean 'fp32'?"),
        ("benchmrak", "pipelines/settings/benchmrak.json: no such file -> run: dvc repro plan"),
    ],
)
def test_a_name_that_no_setting_has_is_told_with_the_nearest(name: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        pieces.read(name, Network)
    assert str(caught.value) == said


def test_a_file_of_another_version_is_told_by_its_name(folder: Path) -> None:
    (folder / pieces.path("networks")).write_text('{"street": {"source": 1}}')
    for read in (lambda: pieces.read("networks", dict[str, Network]), lambda: pieces.of(Build, "networks")):
        with pytest.raises(SettingsError) as caught:
            read()
        assert str(caught.value).startswith("pipelines/settings/networks.json: of another version: got ")
        assert str(caught.value).endswith(" -> run: dvc repro plan")
