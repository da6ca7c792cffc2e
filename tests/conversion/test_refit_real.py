"""Refitted int8 of a network that the build makes; skipped where it has not run."""

from pathlib import Path

import needs
import pytest

from litemill.conversion import converter, int8, tflite
from litemill.ground import npz, project
from litemill.records import store
from litemill.runtime import Model
from litemill.settings.recipe import Recipe
from litemill.tasks.judge import case_of, judge

pytestmark = pytest.mark.long
NETWORK = "deeplab_dm05_pascal"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The plain int8 file and the refitted one, repacked."""
    needs.built(project.reference(NETWORK))
    frozen, folder = store.frozen(NETWORK), tmp_path_factory.mktemp("real")
    samples = npz.read(project.samples(NETWORK, "calibration"))
    given = (project.graph(NETWORK).read_bytes(), frozen.inputs, frozen.output.name)
    made = {
        "plain": converter.convert(*given, Recipe("int8", 12), samples),
        "refit": int8.convert(*given, Recipe("int8", 12, refit=True), samples).data,
    }
    for name, data in made.items():
        (folder / name).write_bytes(tflite.repacked(data))
    return {name: folder / name for name in made}


def test_half_the_error_on_pictures_that_did_not_calibrate(built: dict[str, Path]) -> None:
    case = case_of(NETWORK)
    plain, refit = (judge(Model(built[name]), case).metrics for name in ("plain", "refit"))
    assert refit["logits_rms"] <= 0.5 * plain["logits_rms"]
    assert refit["label_agreement"] >= plain["label_agreement"]


def test_the_same_operators_in_one_partition_and_no_more_bytes(built: dict[str, Path]) -> None:
    plain, refit = Model(built["plain"]), Model(built["refit"])
    assert refit.ops() == plain.ops()
    assert len(refit.partitions()) == 1
    assert built["refit"].stat().st_size <= 1.01 * built["plain"].stat().st_size
