"""Int8 layers fitted to the float network: truer on pictures that did not calibrate, the same file otherwise."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf
from mobile_network import INPUTS, OUTPUT, SHAPE, network, pictures

from litemill.conversion import converter, int8
from litemill.ground.errors import ConversionError
from litemill.runtime import Model
from litemill.settings.recipe import Recipe

pytestmark = pytest.mark.build
ROOT = Path(__file__).parents[2]
PLAIN, REFIT = Recipe("int8", 12), Recipe("int8", 12, refit=True)
CALIBRATION, HELD_OUT = pictures(12, 0), pictures(12, 1)


def refitted() -> converter.Made:
    return int8.convert(network(), INPUTS, OUTPUT, REFIT, CALIBRATION)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same network in float, in plain int8 and refitted."""
    folder = tmp_path_factory.mktemp("refit")
    made = {
        "float": converter.convert(network(), INPUTS, OUTPUT, Recipe("none"), {}),
        "plain": converter.convert(network(), INPUTS, OUTPUT, PLAIN, CALIBRATION),
        "refit": refitted().data,
    }
    for name, data in made.items():
        (folder / f"{name}.tflite").write_bytes(data)
    return {name: folder / f"{name}.tflite" for name in made}


def outputs(path: Path, samples: dict[str, npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    model = Model(path)
    return np.stack([model.run({"image": picture}) for picture in samples["image"]])


def test_the_error_on_pictures_that_did_not_calibrate_falls(files: dict[str, Path]) -> None:
    exact = outputs(files["float"], HELD_OUT)
    plain, refit = (
        float(np.sqrt(np.mean(np.square(outputs(files[name], HELD_OUT) - exact)))) for name in ("plain", "refit")
    )
    assert refit < 0.92 * plain


def test_it_is_the_same_file_but_for_its_numbers(files: dict[str, Path]) -> None:
    plain, refit = Model(files["plain"]), Model(files["refit"])
    assert refit.ops() == plain.ops()
    assert [tensor.name for tensor in refit.inputs] == [tensor.name for tensor in plain.inputs]
    assert files["refit"].stat().st_size <= 1.01 * files["plain"].stat().st_size


def test_what_was_done_is_noted() -> None:
    assert refitted().notes == ("8 convolutions refitted",)


@pytest.mark.parametrize("threads", ["1", "2"])
def test_another_process_gives_the_same_bytes_on_one_thread_or_two(files: dict[str, Path], threads: str) -> None:
    code = "import hashlib, test_refit as t\nprint('hash', hashlib.sha256(t.refitted().data).hexdigest())"
    environment = {
        "PYTHONPATH": f"{ROOT}{os.pathsep}{Path(__file__).parent}",
        "PYTHONHASHSEED": "7",
        "OPENBLAS_NUM_THREADS": threads,
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    found = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("hash ")]
    assert found == [hashlib.sha256(files["refit"].read_bytes()).hexdigest()]


def test_too_few_samples_are_refused() -> None:
    with pytest.raises(ConversionError, match="too few calibration samples: expected at least 12 of image, got 3 ->"):
        int8.convert(network(), INPUTS, OUTPUT, REFIT, pictures(3, 0))


def test_a_network_without_convolutions_is_refused() -> None:
    with tf.Graph().as_default() as graph:
        image = tf.compat.v1.placeholder(tf.float32, SHAPE, name="image")
        tf.identity(image * 2 + 1, name=OUTPUT)
    with pytest.raises(ConversionError, match="nothing to refit: expected int8 CONV_2D or DEPTHWISE_CONV_2D, got none"):
        int8.convert(graph.as_graph_def().SerializeToString(), INPUTS, OUTPUT, REFIT, CALIBRATION)
