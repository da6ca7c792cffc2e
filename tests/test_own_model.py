"""CONTRIBUTING's walk-through "Add your own model", followed to the letter on a graph of unknown names."""

import re
import sys
import tarfile
from pathlib import Path

import pytest
import yaml
from clones import ONE_PICTURE, ONE_RUN, ROOT, Clone
from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.core import paths, store
from litemill.core.judged import Validated
from litemill.core.records import Frozen

sys.path.insert(0, str(Path(__file__).parent / "graphs"))
from deeplabs import renamed

pytestmark = pytest.mark.slow
RELEASED = ROOT / "data/embedded/models/deeplabv3_mnv2_dm05_pascal_trainval_2018_10_01.tar.gz"
GRAPH = "frozen_inference_graph.pb"


def street(folder: Path) -> None:
    """Write `street.tar.gz`: a released graph, whose every node has another name."""
    with tarfile.open(RELEASED) as archive:
        member = next(one for one in archive if one.name.endswith(GRAPH))
        stream = archive.extractfile(member)
        assert stream is not None
        graph, _ = renamed(GraphDef.FromString(stream.read()))
    (folder / GRAPH).write_bytes(graph.SerializeToString())
    with tarfile.open(folder / "street.tar.gz", "w:gz") as archive:
        archive.add(folder / GRAPH, f"street/{GRAPH}")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    clone = Clone(tmp_path_factory.mktemp("own") / "clone")
    street(clone.root)
    text = (ROOT / "CONTRIBUTING.md").read_text().partition("## Add your own model")[2].partition("\n## ")[0]
    assert ".venv/bin/python -m stages.inspect street.tar.gz" in text
    clone.paste("street.tar.gz")
    written = yaml.safe_load("\n".join(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)))
    whole = clone.params
    recipes = {name: whole["recipes"][name] for name in ("fp32", "int8")}
    recipes["int8"] = recipes["int8"] | {"calibration_samples": 1}
    clone.set(
        whole | written | {"recipes": recipes, "bottleneck_from": {}, "images": ONE_PICTURE, "benchmark": ONE_RUN}
    )
    done = clone.repro("street/validate")
    assert done.returncode == 0, done.stdout + done.stderr
    return clone


def test_its_cut_was_found_and_its_names_are_its_own(built: Clone) -> None:
    record = store.load(built.root / paths.record("freeze", "street"), Frozen)
    assert record.inputs[0].shape == (1, 257, 257, 3)
    assert all(re.fullmatch(r"n\d{5}", node) for node in record.entry.cut.values())


def test_its_artifacts_are_judged_and_the_bird_is_found(built: Clone) -> None:
    record = store.load(built.root / paths.record("validate", "street"), Validated)
    figures = {one.name: one for one in record.artifacts}
    assert set(figures) == {"fp32", "int8"}
    assert all(one.class_iou["bird"] > 0.6 for one in figures.values())
    assert record.original["bird"] > 0.6
