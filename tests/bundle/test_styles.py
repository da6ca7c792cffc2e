"""Style packs: as described in docs/shipping.md, and by safetensors' own reader."""

import json
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
from report.built import FILES, REPOSITORY
from safetensors.numpy import load

from litemill.bundle.styles import bottlenecks, packed
from litemill.ground.errors import PictureError

PREDICT = FILES["official_magenta_predict_int8"]
STYLES = REPOSITORY / "data/images/style"


def by_hand(data: bytes) -> dict[str, list[float]]:
    """Read a pack as the page says that an app does, without any library for it."""
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    del header["__metadata__"]
    found = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        assert entry["dtype"] == "F32"
        found[name] = list(struct.unpack_from(f"<{(end - start) // 4}f", data, 8 + length + start))
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("zigzag_colorful.jpg", "bricks_sq.jpg"):
        shutil.copyfile(STYLES / name, tmp_path / name)
    (tmp_path / "README.md").write_text("no picture")
    return tmp_path


def test_a_pack_holds_the_bottleneck_of_each_picture_by_its_name(folder: Path) -> None:
    found = bottlenecks(folder, PREDICT)
    assert set(found) == {"bricks_sq", "zigzag_colorful"}
    assert {one.shape for one in found.values()} == {(100,)}
    assert not np.allclose(found["bricks_sq"], found["zigzag_colorful"], atol=0.1)


def test_a_pack_is_read_by_hand_and_by_the_library_alike(folder: Path) -> None:
    found = bottlenecks(folder, PREDICT)
    data = packed(found, "0" * 64)
    library = load(data)
    for name, values in found.items():
        assert np.array_equal(library[name], values)
        assert np.array_equal(np.array(by_hand(data)[name], np.float32), values)
    assert json.loads(data[8 : 8 + data[0] + 256 * data[1]])["__metadata__"] == {"predict_sha256": "0" * 64}


def test_a_pack_takes_400_bytes_a_style_and_a_small_header(folder: Path) -> None:
    assert len(packed(bottlenecks(folder, PREDICT), "0" * 64)) < 2 * 400 + 400


def test_the_same_pictures_give_the_same_bytes(folder: Path) -> None:
    packs = {packed(bottlenecks(folder, PREDICT), "0" * 64) for _ in range(3)}
    assert len(packs) == 1


def test_a_folder_without_pictures_is_named(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"holds no picture -> put some there, or change styles in params.yaml"):
        bottlenecks(tmp_path / "none", PREDICT)


def test_two_styles_of_one_name_are_refused(folder: Path) -> None:
    shutil.copyfile(folder / "bricks_sq.jpg", folder / "bricks_sq.jpeg")
    with pytest.raises(PictureError, match="another style is called bricks_sq"):
        bottlenecks(folder, PREDICT)
