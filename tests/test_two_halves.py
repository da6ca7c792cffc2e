"""A stylization published as two SavedModels, built as a user does: looked at, pasted, named, built."""

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml
from clones import ONE_PICTURE, ONE_RUN, Clone

from litemill.ground import io, npz, project
from litemill.records import store
from litemill.records.accuracy import Validated
from litemill.records.graph import Frozen
from litemill.records.source import Fetched
from litemill.runtime import Model

sys.path.insert(0, str(Path(__file__).parent / "graphs"))
from stylizers import Stylizer

pytestmark = pytest.mark.build
HALVES = {"predict": ("style",), "transfer": ("content", "bottleneck")}
SIZE = [64, 64]


def command(clone: Clone, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=clone.root,
        env=os.environ | {"LITEMILL_CACHE": str(clone.root.parent / "cache")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def pack(saved: Path, archive: Path) -> None:
    archive.parent.mkdir(exist_ok=True)
    with tarfile.open(archive, "w:gz") as stream:
        stream.add(saved, "model")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """Return a clone whose catalogue and settings name a pair of one's own, as `litemill inspect` wrote its entry."""
    folder = tmp_path_factory.mktemp("pair")
    made = Clone(folder / "clone")
    for half, inputs in HALVES.items():
        pack(Stylizer(folder).saved("tf2", half, inputs), made.root / f"mine/{half}.tar.gz")
    made.paste("mine")
    params = made.params
    networks = {half: {"source": "mine", "part": half, "input": SIZE} for half in HALVES}
    small = {"fetch": ["mine"], "networks": networks, "recipes": {"fp32": params["recipes"]["fp32"]}}
    pair = {"bottleneck_from": {"transfer": "predict"}, "images": ONE_PICTURE, "benchmark": ONE_RUN}
    made.set(params | small | pair)
    return made


@pytest.fixture(scope="module")
def built(clone: Clone) -> Clone:
    done = clone.repro("endtoend@transfer", "predict/validate", "transfer/validate")
    assert done.returncode == 0, done.stdout + done.stderr
    return clone


def test_both_halves_are_fetched_into_one_source(built: Clone) -> None:
    record = store.load(built.root / project.record("fetch", "mine"), Fetched)
    sizes = {half: (built.root / f"mine/{half}.tar.gz").stat().st_size for half in HALVES}
    assert record.size_bytes == sum(sizes.values())
    assert record.sha256 == io.sha256(built.root / "mine/predict.tar.gz")
    assert record.transfer_sha256 == io.sha256(built.root / "mine/transfer.tar.gz")
    assert {f"{half}/saved_model/saved_model.pb" for half in HALVES} <= set(record.files)
    for path, sha256 in record.files.items():
        assert io.sha256(built.root / project.source("mine") / path) == sha256


def test_each_network_is_cut_from_the_joined_graph(built: Clone) -> None:
    for half in HALVES:
        record = store.load(built.root / project.record("freeze", half), Frozen)
        assert record.entry.cut["style"].startswith("predict/")
        assert record.entry.cut["content"].startswith("transfer/")
    sizes = {half: Model(built.root / project.artifact(half, "fp32")).inputs[0].shape for half in HALVES}
    assert sizes == dict.fromkeys(HALVES, (1, *SIZE, 3))


def test_the_files_are_the_original(built: Clone) -> None:
    metrics = {
        half: store.load(built.root / project.record("validate", half), Validated).artifacts[0].metrics
        for half in HALVES
    }
    assert metrics["predict"]["bottleneck_cosine"] > 0.99999
    assert metrics["transfer"]["psnr_db"] > 60
    stylized = npz.read(built.root / project.reference("transfer"))["stylized"]
    assert float(np.ptp(stylized)) > 0.05


@pytest.fixture
def pair(clone: Clone) -> Iterator[Path]:
    """The folder of the two archives; what a test does to them is undone."""
    folder = clone.root / "mine"
    good = {path: path.read_bytes() for path in folder.iterdir()}
    yield folder
    for path, data in good.items():
        path.write_bytes(data)


def refused(clone: Clone, module: str, *arguments: str) -> str:
    done = command(clone, module, *arguments)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(said) == 1
    return said[0]


def test_a_missing_half_is_named_and_the_good_source_stays(built: Clone, pair: Path) -> None:
    before = built.outputs()
    (pair / "transfer.tar.gz").unlink()
    assert "error: data/catalog.yaml: mine.transfer.url: no file mine/transfer.tar.gz: " in refused(
        built, "stages.fetch", "--source", "mine"
    )
    assert built.outputs() == before


def test_a_half_that_was_swapped_for_another_file_is_refused(built: Clone, pair: Path) -> None:
    before = built.outputs()
    (pair / "transfer.tar.gz").write_bytes((pair / "predict.tar.gz").read_bytes())
    said = refused(built, "stages.fetch", "--source", "mine")
    assert "error: mine.transfer: another file than the known one" in said
    assert built.outputs() == before


def test_a_catalogue_that_names_the_wrong_half_is_refused(built: Clone, tmp_path: Path) -> None:
    catalog = built.root / project.CATALOG
    good, sources = catalog.read_text(), built.root / project.source("mine")
    head, mine = good.split("\nmine:\n")
    entry = yaml.safe_load(mine)
    entry["transfer"] = {name: entry[name] for name in ("url", "mirror", "sha256", "size_bytes")}
    catalog.write_text(head + "\n" + yaml.safe_dump({"mine": entry}))
    shutil.copytree(sources, tmp_path / "good")
    try:
        assert command(built, "stages.fetch", "--source", "mine").returncode == 0
        said = refused(built, "stages.freeze", "--network", "transfer")
    finally:
        catalog.write_text(good)
        shutil.rmtree(sources)
        shutil.copytree(tmp_path / "good", sources)
    assert "error: the transfer half is another network: expected transfer, got predict" in said
