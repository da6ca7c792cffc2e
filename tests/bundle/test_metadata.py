"""Metadata inside TFLite files: what readers find, and that nothing else changes."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from report.built import FILES

from litemill.bundle import check
from litemill.bundle.manifest import Normalization, Port
from litemill.bundle.metadata import NAME, About, _generated, with_metadata
from litemill.runtime import Model

OFFICIAL = sorted(FILES)
PIXELS = Normalization(127.5, 127.5)
CLASSES = tuple(f"class {index}" for index in range(21))


def about(path: Path, classes: tuple[str, ...] = ()) -> About:
    inputs = tuple(
        Port("image", one.name, one.shape, one.dtype, description="a picture", normalization=PIXELS)
        if one.shape[-1] == 3
        else Port("bottleneck", one.name, one.shape, one.dtype)
        for one in Model(path).inputs
    )
    output = Model(path).output
    ports = (Port("logits", output.name, output.shape, output.dtype, description="classes"),)
    return About("net", "what it is", "abc", "Apache-2.0", inputs, ports, classes)


def read(model: bytes) -> Any:
    """Read a file's metadata as a client does."""
    parsed = schema.ModelT.InitFromPackedBuf(bytearray(model))
    entries = [one for one in parsed.metadata if one.name == NAME]
    assert len(entries) == 1
    data = bytes(parsed.buffers[entries[0].buffer].data)
    assert data[4:8] == b"M001"
    return _generated("metadata_schema_py_generated").ModelMetadataT.InitFromPackedBuf(data)


@pytest.mark.parametrize("name", OFFICIAL)
def test_a_file_says_the_same_to_the_bit_with_metadata(name: str, tmp_path: Path) -> None:
    path, new = FILES[name], tmp_path / "new.tflite"
    new.write_bytes(with_metadata(path.read_bytes(), about(path, CLASSES)))
    random = np.random.default_rng(1)
    values = {one.name: random.random(one.shape, np.float32) for one in Model(path).inputs}
    assert np.array_equal(check.run(path, values), check.run(new, values))
    assert Model(new).inputs == Model(path).inputs
    assert Model(new).ops() == Model(path).ops()


def test_metadata_say_name_licence_normalization_and_classes() -> None:
    path = FILES["official_deeplabv3_257"]
    found = read(with_metadata(path.read_bytes(), about(path, CLASSES)))
    assert (found.name, found.license, found.version) == (b"net", b"Apache-2.0", b"abc")
    tensor = found.subgraphMetadata[0].inputTensorMetadata[0]
    options = tensor.processUnits[0].options
    assert (list(options.mean), list(options.std)) == ([127.5], [127.5])
    assert (list(tensor.stats.min), list(tensor.stats.max)) == ([-1], [1])
    labels = found.subgraphMetadata[0].outputTensorMetadata[0].associatedFiles[0]
    assert labels.name == b"labels.txt"


def test_classes_are_zipped_to_the_end_one_a_line() -> None:
    path = FILES["official_deeplabv3_257"]
    with zipfile.ZipFile(io.BytesIO(with_metadata(path.read_bytes(), about(path, CLASSES)))) as archive:
        assert archive.namelist() == ["labels.txt"]
        assert archive.read("labels.txt").decode() == "\n".join(CLASSES) + "\n"


def test_what_takes_no_picture_has_no_normalization_and_what_has_no_classes_no_zip() -> None:
    path = FILES["official_magenta_transfer_fp16"]
    data = with_metadata(path.read_bytes(), about(path))
    tensors = read(data).subgraphMetadata[0].inputTensorMetadata
    assert {tensor.name: bool(tensor.processUnits) for tensor in tensors} == {b"image": True, b"bottleneck": False}
    assert not zipfile.is_zipfile(io.BytesIO(data))


def test_the_same_inputs_give_the_same_bytes_and_metadata_are_replaced() -> None:
    path = FILES["official_deeplabv3_257"]
    once = with_metadata(path.read_bytes(), about(path, CLASSES))
    assert with_metadata(path.read_bytes(), about(path, CLASSES)) == once
    assert with_metadata(once, about(path, CLASSES)) == once
    assert len(once) < path.stat().st_size + 4000


def test_weights_stay_aligned() -> None:
    path = FILES["official_deeplabv3_257"]
    data = with_metadata(path.read_bytes(), about(path))
    model = schema.Model.GetRootAs(data)
    sizes = [model.Buffers(index).DataLength() for index in range(model.BuffersLength())]
    for index, size in enumerate(sizes):
        if size:
            start = model.Buffers(index).DataAsNumpy().__array_interface__["data"][0]
            assert (start - np.frombuffer(data, np.uint8).__array_interface__["data"][0]) % 16 == 0
    assert sum(sizes) > 2_000_000
