"""A real client: MediaPipe's ImageSegmenter on what is shipped, and the whole way of `make bundle` to it."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from clones import ONE_PICTURE, Clone, ran
from report.built import REPOSITORY

from litemill.runtime import Model
from litemill.settings.catalog import Crop
from litemill.tasks import images
from litemill.tasks.images import Pixels
from litemill.tasks.segmentation import pixels as segmentation

pytestmark = pytest.mark.build
LIBRARIES = ("libGL.so.1", "libEGL.so.1", "libGLESv2.so.2")
LABELS = (REPOSITORY / "data/labels/pascal_voc.txt").read_text().splitlines()
BIRD = REPOSITORY / "data/images/segmentation/bird.png"
TARGETS = ("cpu", "gpu")
# as a process of its own: what MediaPipe starts does not end with a test
CLIENT = """
import sys
import numpy as np
import mediapipe as mp
from mediapipe.tasks.python import BaseOptions, vision

model, picture, mask = sys.argv[1:]
options = vision.ImageSegmenterOptions(base_options=BaseOptions(model_asset_path=model), output_category_mask=True)
with vision.ImageSegmenter.create_from_options(options) as segmenter:
    found = segmenter.segment(mp.Image.create_from_file(picture))
    np.savez(mask, labels=found.category_mask.numpy_view().squeeze(),
             shares=np.stack([one.numpy_view().squeeze() for one in found.confidence_masks]))
    print("\\n".join(segmenter.labels))
"""


def missing() -> str:
    """Name what MediaPipe needs of the system and is not there."""
    for name in LIBRARIES:
        try:
            ctypes.CDLL(name)
        except OSError:
            return name
    return ""


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is shipped of a segmentation network that was built as a user does it."""
    clone = Clone(tmp_path_factory.mktemp("shop") / "clone")
    params = clone.params
    network = {name: params["networks"]["deeplab_dm05_pascal"][name] for name in ("source", "input", "output")}
    recipes = {name: params["recipes"][name] for name in ("fp16", "int8")}
    recipes["int8"] = recipes["int8"] | {"calibration_samples": 1}
    small = {"fetch": [network["source"]], "networks": {"birds": network}, "recipes": recipes, "bottleneck_from": {}}
    # however loaded the machine is: int8 for cpu, as the smallest
    recommend = {"cpu": {"prefer": "smallest"}, "gpu": params["recommend"]["gpu"]}
    run = {"threads": [1], "rounds": 2, "rewriting_rounds": 1, "warmup": 1}
    clone.set(params | small | {"images": ONE_PICTURE, "benchmark": run, "recommend": recommend})
    done = clone.repro("birds/recommend")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "birds/recommend" in ran(done)
    for options in ([], ["--verify"]):
        command = [sys.executable, "-m", "litemill", "bundle", *options]
        said = subprocess.run(command, cwd=clone.root, capture_output=True, text=True, check=False, timeout=300)
        assert said.returncode == 0, said.stderr
    return clone.root / "dist"


@pytest.fixture(scope="module", params=TARGETS)
def segmented(dist: Path, request: pytest.FixtureRequest) -> tuple[Path, list[str], dict[str, np.ndarray]]:
    """A shipped file, the labels that MediaPipe reads of it, and what it finds on the bird."""
    library = missing()
    if library:
        pytest.skip(f"MediaPipe needs {library}: apt install libgl1 libegl1 libgles2")
    model, mask = dist / request.param / "birds.tflite", dist.parent / f"{request.param}.npz"
    command = [sys.executable, "-c", CLIENT, str(model), str(BIRD), str(mask)]
    quiet = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, env=quiet, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    with np.load(mask) as found:
        return model, done.stdout.splitlines(), dict(found)


def ours(model: Path) -> Pixels:
    """Return the labels that our own pre- and post-processing finds with the same file."""
    pixels = images.read(BIRD)
    runtime = Model(model)
    crop = Crop(runtime.size("image"))
    logits = runtime.run({"image": segmentation.prepare(pixels, crop, crop.size)})
    return segmentation.labels(logits, crop.size, (pixels.shape[0], pixels.shape[1]))


def test_both_targets_are_shipped_with_their_own_recipe(dist: Path) -> None:
    assert (dist / "cpu/birds.tflite").stat().st_size < (dist / "gpu/birds.tflite").stat().st_size


def test_mediapipe_reads_the_labels(segmented: tuple[Path, list[str], dict[str, np.ndarray]]) -> None:
    assert segmented[1] == LABELS


def test_mediapipe_finds_the_bird_where_we_do(segmented: tuple[Path, list[str], dict[str, np.ndarray]]) -> None:
    model, labels, found = segmented
    bird, expected = labels.index("bird"), ours(model)
    assert np.mean(expected == bird) > 0.1
    assert np.mean((found["labels"] == bird) != (expected == bird)) < 0.02
    assert np.mean(found["labels"] != expected) < 0.02


def test_mediapipe_gives_confidences_that_are_shares(
    segmented: tuple[Path, list[str], dict[str, np.ndarray]],
) -> None:
    shares = segmented[2]["shares"]
    assert shares.shape == (21, 513, 513)
    assert np.allclose(shares.sum(0), 1, atol=1e-3)
    assert shares.min() >= 0
