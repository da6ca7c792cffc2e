"""The catalogue: what is promised is in it, what it says of files in the repository is so, mistakes are named."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from litemill.ground import project
from litemill.ground.errors import SettingsError
from litemill.settings import catalog, reader
from litemill.settings.catalog import Catalog, Crop, Entry

ROOT = Path(__file__).parents[1]
ARCHIVES = [
    "deeplabv3_mnv2_dm05_pascal_trainaug_2018_10_01",
    "deeplabv3_mnv2_dm05_pascal_trainval_2018_10_01",
    "deeplabv3_mnv2_pascal_train_aug_2018_01_29",
    "deeplabv3_mnv2_pascal_trainval_2018_01_29",
    "deeplabv3_pascal_train_aug_2018_01_04",
    "deeplabv3_pascal_trainval_2018_01_04",
    "deeplabv3_mnv2_cityscapes_train_2018_02_05",
    "deeplab_mnv3_large_cityscapes_trainfine_2019_11_15",
    "deeplab_mnv3_small_cityscapes_trainfine_2019_11_15",
    "deeplabv3_cityscapes_train_2018_02_06",
    "deeplab_cityscapes_xception71_trainfine_2018_09_08",
    "deeplab_cityscapes_xception71_trainvalfine_2018_09_08",
    "edgetpu-deeplab_2020_03_09",
    "edgetpu-deeplab-slim_2020_03_09",
    "deeplabv3_mnv2_ade20k_train_2018_12_03",
    "deeplabv3_xception_ade20k_train_2018_05_29",
    "deeplabv3_mnv2_pascal_train_aug_8bit_2019_04_26",
    "deeplabv3_mnv2_dm05_pascal_train_aug_8bit_2019_04_26",
]
MAGENTA = "https://tfhub.dev/google/magenta/arbitrary-image-stylization-v1-256/2"
LITE = "https://tfhub.dev/google/lite-model/magenta/arbitrary-image-stylization-v1-256"
BASELINES = {
    "https://tfhub.dev/tensorflow/lite-model/deeplabv3/1/metadata/2?lite-format=tflite",
    *(f"{LITE}/{kind}/{part}/1?lite-format=tflite" for kind in ("int8", "fp16") for part in ("prediction", "transfer")),
}
CLASSES = {"PASCAL VOC 2012": 21, "Cityscapes": 19, "ADE20K": 151}
GOOD = """
deeplab:
  kind: frozen_graph
  url: https://example.org/models/deeplab.tar.gz
  mirror: models/deeplab.tar.gz
  licence: Apache-2.0
  task: segmentation
  crop: {size: [513, 513]}
  published: {miou: 70.1, split: val, output_stride: 16, source: https://example.org/zoo.md}
"""


@pytest.fixture(scope="module")
def entries() -> Catalog:
    """Return the catalogue of the repository."""
    return reader.read(ROOT / project.CATALOG, Catalog)


def segmentation(entries: Catalog) -> dict[str, Entry]:
    return {name: entry for name, entry in entries.items() if entry.task == "segmentation"}


@pytest.mark.parametrize("name", ARCHIVES)
def test_every_deeplab_archive_is_there_under_its_own_name(name: str, entries: Catalog) -> None:
    entry = entries[name]
    assert entry.url == f"http://download.tensorflow.org/models/{name}.tar.gz"
    assert entry.mirror == f"models/{name}.tar.gz"
    assert (entry.kind, entry.task) == ("frozen_graph", "segmentation")
    assert entry.published is not None


def test_magentas_original_and_the_mobile_networks_share_an_address_and_say_so(entries: Catalog) -> None:
    found = {name: entry for name, entry in entries.items() if entry.url == MAGENTA}
    assert sorted(found) == ["magenta_inception", "magenta_mobile"]
    assert found["magenta_inception"].embedded is None
    assert found["magenta_mobile"].embedded is not None
    assert "magenta_mobile" in found["magenta_inception"].note
    assert "InceptionV3" in found["magenta_mobile"].note


def test_every_official_tflite_file_is_there(entries: Catalog) -> None:
    assert {entry.url for entry in entries.values() if entry.kind == "tflite"} == BASELINES


def test_labels_are_as_many_as_the_dataset_has_classes(entries: Catalog) -> None:
    for name, entry in segmentation(entries).items():
        assert entry.labels is not None, name
        lines = (ROOT / "data/labels" / entry.labels).read_text("utf-8").splitlines()
        assert len(lines) == CLASSES[entry.dataset], name


def test_crops_are_those_of_the_datasets(entries: Catalog) -> None:
    crops = {name: entry.crop.size for name, entry in segmentation(entries).items() if entry.crop}
    for name in crops.keys() & set(ARCHIVES):
        assert crops[name] == ((1025, 2049) if entries[name].dataset == "Cityscapes" else (513, 513)), name
    # upstream says nowhere what the others' are
    assert set(ARCHIVES) - crops.keys() == {name for name in ARCHIVES if name.startswith("edgetpu")}


def test_an_address_has_one_mirror_path_and_one_entry_that_is_not_embedded(entries: Catalog) -> None:
    assert len({entry.mirror for entry in entries.values()}) == len({entry.url for entry in entries.values()})
    assert len({(entry.url, entry.mirror) for entry in entries.values()}) == len(
        {entry.url for entry in entries.values()}
    )
    keys = [(entry.url, entry.embedded is not None) for entry in entries.values()]
    assert len(set(keys)) == len(keys)


def test_mirror_paths_are_upstreams_own(entries: Catalog) -> None:
    for name, entry in entries.items():
        path = re.sub(r"^https?://[^/]+/|\?.*$", "", entry.url)
        lite = path.replace("google/lite-model/", "lite-models/google/lite-model/", 1)
        lite = lite.replace("tensorflow/lite-model/", "lite-models/tensorflow/lite-model/", 1)
        expected = {"frozen_graph": path, "saved_model": f"tfhub-modules/{path}.tar.gz", "tflite": f"{lite}.tflite"}
        assert entry.mirror == expected[entry.kind], name


def test_embedded_files_are_what_their_entries_say(entries: Catalog) -> None:
    embedded = {name: entry for name, entry in entries.items() if entry.embedded}
    assert embedded
    for name, entry in embedded.items():
        data = (ROOT / "data/embedded" / entry.mirror).read_bytes()
        assert entry.embedded is not None
        assert (entry.embedded.sha256, entry.embedded.size_bytes) == (hashlib.sha256(data).hexdigest(), len(data)), name
        if not entry.embedded.rebuilt:
            assert entry.sha256 == entry.embedded.sha256, name


def test_exact_sizes_round_to_what_upstream_publishes(entries: Catalog) -> None:
    both = [entry for entry in entries.values() if entry.size_bytes and entry.published and entry.published.size_mib]
    assert len(both) >= 2
    for entry in both:
        assert entry.size_bytes is not None
        assert entry.published is not None
        assert entry.published.size_mib == pytest.approx(entry.size_bytes / 2**20, rel=0.01)


def test_released_pixels_are_scaled_exactly_as_the_graphs_do_it() -> None:
    crop = Crop((513, 513))
    assert np.float32(crop.scale) == np.float32(2 / 255)
    assert (crop.divisor, crop.offset) == (127.5, -1.0)
    with pytest.raises(msgspec.ValidationError, match="divisor"):
        msgspec.convert({"size": [513, 513], "divisor": 0.0}, Crop)


@pytest.mark.parametrize(("old", "new", "said"), [
    ("licence:", "license:", r"unknown key 'license' .*did you mean 'licence'\?"),
    ("miou:", "miuo:", r"deeplab\.published.*unknown key 'miuo' .*did you mean 'miou'\?"),
    ("size: [513", "sizes: [513", r"deeplab\.crop.*unknown key 'sizes' .*did you mean 'size'\?"),
    ("[513, 513]", "[513, wide]", r"deeplab\.crop\.size.*got \[513, 'wide'\]"),
    ("[513, 513]", "[513, 0]", r"deeplab\.crop\.size.*>= 1"),
    ("miou: 70.1", "miou: 170", r"deeplab\.published\.miou.*got 170.*<= 100"),
    ("frozen_graph", "frozengraph", r"deeplab\.kind.*got 'frozengraph'"),
    ("  task: segmentation\n", "", r"deeplab.*task is missing"),
    ("deeplab:", "a b:", r"got 'a b'"),
    ("\ndeeplab:", "\ndeeplab: {}\ndeeplab:", r"line 3: 'deeplab' is given twice"),
])  # fmt: skip
def test_a_mistake_in_an_entry_is_named_in_one_line(old: str, new: str, said: str, tmp_path: Path) -> None:
    done = zoo_of(tmp_path, GOOD.replace(old, new))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("error: data/catalog.yaml")
    assert re.search(said, done.stderr), done.stderr


def test_the_entry_that_the_mistakes_are_made_in_is_good(tmp_path: Path) -> None:
    done = zoo_of(tmp_path, GOOD)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unknown_name_is_an_error_with_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(SettingsError, match=r"unknown source 'magenta_mobil' -> did you mean 'magenta_mobile'\?"):
        catalog.entry("magenta_mobil")


def zoo_of(checkout: Path, text: str) -> subprocess.CompletedProcess[str]:
    """List the sources of a checkout whose catalogue is `text`."""
    file = checkout / "data/catalog.yaml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    environment = {"PYTHONPATH": str(ROOT), "LITEMILL_CACHE": str(checkout / "cache")}
    command = [sys.executable, "-m", "litemill", "zoo"]
    return subprocess.run(
        command, cwd=checkout, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
