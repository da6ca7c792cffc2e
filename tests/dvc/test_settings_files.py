"""params.yaml in pieces: which edit changes which of them."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from litemill.dvc import settings_files
from litemill.ground import project
from litemill.settings import pieces
from litemill.settings.params import Params

SETTINGS: dict[str, Any] = {
    "source": "embedded",
    "networks": {
        "birds": {"source": "one", "input": [65, 65], "baselines": ["official"]},
        "painter": {"source": "two", "input": [65, 65], "recipes": ["fp32"]},
    },
    "recipes": {
        "int8": {"quantize": "int8", "calibration_samples": 2, "tolerance": {"psnr_db": 20}},
        "fp32": {"quantize": "none"},
    },
}


def edited(**changes: Any) -> set[str]:
    """Return the pieces that an edit changes."""
    before, after = settings_files.of(SETTINGS), settings_files.of(SETTINGS | changes)
    return {name for name in before | after if before.get(name) != after.get(name)}


def test_each_setting_is_a_piece_and_one_that_is_left_out_is_null() -> None:
    found = settings_files.of(SETTINGS)
    assert set(Params.__struct_fields__) <= set(found)
    assert (json.loads(found["source"]), json.loads(found["targets"])) == ("embedded", None)


def test_what_is_set_for_all_changes_no_network_and_no_recipe() -> None:
    assert edited(source="upstream") == {"source"}


def test_a_recipe_changes_in_its_own_piece_and_in_those_of_the_networks_that_are_built_with_it() -> None:
    recipes = SETTINGS["recipes"]
    int8 = recipes | {"int8": recipes["int8"] | {"calibration_samples": 3}}
    assert edited(recipes=int8) == {"recipes", "recipes.int8", "built_with.birds"}


def test_a_tolerance_changes_no_recipes_own_piece() -> None:
    recipes = SETTINGS["recipes"]
    stricter = recipes | {"int8": recipes["int8"] | {"tolerance": {"psnr_db": 30}}}
    assert edited(recipes=stricter) == {"recipes", "built_with.birds"}


@pytest.mark.parametrize("change", [{"recipes": ["int8"]}, {"baselines": []}])
def test_what_a_network_is_built_with_or_measured_beside_makes_no_other_graph(change: dict[str, Any]) -> None:
    networks = SETTINGS["networks"]
    changed = edited(networks=networks | {"birds": networks["birds"] | change})
    assert changed - {"built_with.birds"} == {"networks"}


def test_recipes_stand_in_the_order_of_params_yaml() -> None:
    turned = dict(reversed(SETTINGS["recipes"].items()))
    assert edited(recipes=turned) == {"recipes", "built_with.birds"}
    assert list(json.loads(settings_files.of(SETTINGS)["built_with.birds"])) == ["int8", "fp32"]


def test_the_folder_holds_the_pieces_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings_files.write(SETTINGS)
    assert set(project.PIECES.iterdir()) == {pieces.path(name) for name in settings_files.of(SETTINGS)}
    fewer = SETTINGS | {"networks": {"birds": SETTINGS["networks"]["birds"]}}
    settings_files.write(fewer)
    assert sorted(path.name for path in project.PIECES.glob("*painter*")) == []
    assert yaml.safe_load(pieces.path("networks.birds").read_text()) == {"source": "one", "input": [65, 65]}
