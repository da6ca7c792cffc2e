"""DeepLab's Xception 65 for ADE20K with random weights: the whole way, and its bytes against the published ones.

Published: frozen 165849058 bytes, dynamic 41651096. The frozen graph is 0.1 % smaller, likely for its shorter names.

The dynamic file is 2.3 % larger. Today's converter gives each of 101455 channels a scale and a zero point (12 bytes),
an earlier one gave a tensor one of each; counted off, it is 0.6 % smaller. That is reckoned:
the published file itself is not here to be looked into, and the rest of 0.6 % is not explained.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arch_pipeline import deviation, quantized_channels

from litemill.runtime import Model

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[2]
FROZEN, DYNAMIC = 165849058, 41651096
# a float32 scale and an int64 zero point
CHANNEL_BYTES = 12


def step(name: str, folder: Path) -> Any:
    """Run a step in a process of its own, so that its memory is measured and freed."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("arch_xception_steps.py")), name, str(folder)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("result ")]
    assert lines, done.stderr
    return json.loads(lines[0].removeprefix("result "))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the frozen graph lies in."""
    found = tmp_path_factory.mktemp("xception")
    assert step("build", found)["parameters"] == pytest.approx(41.3e6, rel=0.005)
    return found


def test_the_frozen_graph_has_the_published_bytes(folder: Path) -> None:
    size = (folder / "frozen_inference_graph.pb").stat().st_size
    print(f"xception frozen: {size} bytes, {deviation(size, FROZEN):+.2%}")
    assert abs(deviation(size, FROZEN)) < 0.002


def test_its_cuts_are_found_and_proven(folder: Path) -> None:
    found = step("proof", folder)
    assert found["cut"]["image"] == "sub_7"
    assert found["cut"]["logits"] == "ResizeBilinear_2"
    assert found["cut"]["resized_logits"] == "ResizeBilinear_3"
    assert found["crop"] == [513, 513]
    assert found["same"]
    assert found["label_agreement"] >= 0.999


def test_its_dynamic_file_has_the_published_bytes_and_runs(folder: Path) -> None:
    found = step("dynamic", folder)
    channels, tensors = quantized_channels(folder / "dynamic.tflite")
    explained = deviation(found["size"] - CHANNEL_BYTES * (channels - tensors), DYNAMIC)
    print(
        f"xception dynamic: {found['size']} bytes, {deviation(found['size'], DYNAMIC):+.2%}, "
        f"with a scale a tensor {explained:+.2%}; "
        f"{found['seconds']:.1f} s, peak {found['peak_mb']:.0f} MB of which imports {found['imports_mb']:.0f} MB"
    )
    assert abs(deviation(found["size"], DYNAMIC)) < 0.05
    assert abs(explained) < 0.01
    model = Model(folder / "dynamic.tflite", threads=2)
    assert model.output.shape == (1, 129, 129, 151)
    logits = model.run({"image": np.random.default_rng(0).uniform(-1, 1, (513, 513, 3)).astype(np.float32)})
    assert np.isfinite(logits).all()
    assert np.ptp(logits) > 0


def test_resized_and_converted_it_computes_what_tensorflow_does(folder: Path) -> None:
    found = step("fp32", folder)
    print(f"xception fp32 at 129: {found['size']} bytes, largest error {found['error']:.2g} of the range")
    assert found["error"] < 1e-3
