"""Pictures from files: read as they are, refused where they are none."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from litemill.ground.errors import PictureError
from litemill.tasks import images, picture_files

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
IMAGES = Path(__file__).parents[2] / "data/images"


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of(width: int, height: int) -> bytes:
    """Return a PNG that says to be large, and holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    images.write(tmp_path / "a/b.png", PIXELS)
    np.testing.assert_array_equal(images.read(tmp_path / "a/b.png"), PIXELS)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b.png"]


def test_the_same_picture_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        images.write(tmp_path / name, PIXELS)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "1"])
def test_pictures_of_other_modes_become_three_channels(tmp_path: Path, mode: str) -> None:
    Image.fromarray(PIXELS).convert(mode).save(tmp_path / "a.png")
    found = images.read(tmp_path / "a.png")
    assert found.shape == (5, 7, 3)
    assert found.dtype == np.uint8


def test_labels_are_the_numbers_of_the_file_and_not_its_colours(tmp_path: Path) -> None:
    labels = np.array([[0, 3], [255, 20]], np.uint8)
    picture = Image.fromarray(labels)
    picture.save(tmp_path / "grey.png")
    picture.putpalette(bytes(range(255, -1, -1)) * 3)
    picture.save(tmp_path / "coloured.png")
    for name in ("grey.png", "coloured.png"):
        np.testing.assert_array_equal(images.read_labels(tmp_path / name), labels)


def test_a_coloured_picture_is_no_label_picture(tmp_path: Path) -> None:
    images.write(tmp_path / "a.png", PIXELS)
    with pytest.raises(PictureError, match=r"a\.png: is no label picture: expected mode L or P, got RGB"):
        images.read_labels(tmp_path / "a.png")


def test_a_photo_of_a_camera_held_on_its_side_is_read_upright(tmp_path: Path) -> None:
    tag = Image.Exif()
    tag[0x0112] = 6  # orientation: to be turned clockwise
    Image.fromarray(PIXELS).save(tmp_path / "a.png", exif=tag)
    np.testing.assert_array_equal(images.read(tmp_path / "a.png"), np.rot90(PIXELS, -1))


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG"])
def test_a_path_that_ends_as_jpeg_is_written_as_such(tmp_path: Path, name: str) -> None:
    images.write(tmp_path / name, np.full((8, 9, 3), 200, np.uint8))
    with Image.open(tmp_path / name) as picture:
        assert (picture.format, picture.size) == ("JPEG", (9, 8))


@pytest.mark.parametrize("name", ["a.gif", "a", "a.png.txt"])
def test_an_output_that_is_no_pictures_name_is_refused(name: str) -> None:
    with pytest.raises(PictureError, match=r"is no picture's name: expected \.png, \.jpg, \.jpeg"):
        images.check_output(Path(name))


def test_a_picture_is_not_written_over_what_it_is_made_of(tmp_path: Path) -> None:
    images.write(tmp_path / "a.png", PIXELS)
    (tmp_path / "link.png").symlink_to("a.png")
    with pytest.raises(PictureError, match=r"link\.png: would be written over"):
        images.check_output(tmp_path / "link.png", tmp_path / "b.png", tmp_path / "a.png")
    images.check_output(tmp_path / "c.png", tmp_path / "a.png")


def test_a_missing_picture_is_named(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"absent.jpg: no such picture -> put it there, or name another"):
        images.read(tmp_path / "absent.jpg")


@pytest.mark.parametrize(
    "data", [b"no picture\n", b"", b"\x89PNG\r\n\x1a\n", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"]
)
def test_what_is_no_picture_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(PictureError, match=r"a\.png: can't be read as a picture"):
        images.read(tmp_path / "a.png")


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="can't be read as a picture"):
        images.read(tmp_path)


@pytest.mark.parametrize("name", ["segmentation/bird_labels.png", "style/zigzag_colorful.jpg"])
@pytest.mark.parametrize("share", [0.01, 0.5, 0.9])
def test_a_picture_that_was_cut_short_is_refused(tmp_path: Path, name: str, share: float) -> None:
    data = (IMAGES / name).read_bytes()
    path = tmp_path / "a.png"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(PictureError, match="can't be read as a picture"):
        images.read(path)


# the second is between the two limits of Pillow's own, the third below them
@pytest.mark.parametrize("side", [100_000, 10_000, 8_200])
@pytest.mark.filterwarnings("error")
def test_a_picture_too_large_is_refused_before_it_is_decoded(tmp_path: Path, side: int) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png_of(side, side))
    with pytest.raises(PictureError, match=f"a.png: is too large: expected at most {picture_files.MAX_PIXELS} pixels"):
        images.read(path)


def test_damaged_pictures_are_errors_of_the_family_or_pictures(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    good = (IMAGES / "style/zigzag_colorful.jpg").read_bytes()
    refused = 0
    for _ in range(60):
        data = bytearray(good)
        for place in random.integers(0, 700, 3):
            data[place] = random.integers(0, 256)
        (tmp_path / "a.jpg").write_bytes(data)
        try:
            images.read(tmp_path / "a.jpg")
        except PictureError:
            refused += 1
    assert refused > 0
