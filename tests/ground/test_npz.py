"""Named arrays in a file."""

import os
from pathlib import Path

import numpy as np
import pytest

from litemill.ground import npz
from litemill.ground.errors import LitemillError


def test_arrays_come_back_as_they_were(tmp_path: Path) -> None:
    arrays = {"b": np.arange(6, dtype=np.float32).reshape(2, 3), "a": np.array([True]), "c": np.zeros(0, np.uint8)}
    npz.write(tmp_path / "a.npz", arrays)
    found = npz.read(tmp_path / "a.npz")
    assert list(found) == ["a", "b", "c"]
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_the_same_arrays_give_the_same_bytes_in_whatever_order(tmp_path: Path) -> None:
    one, two = np.arange(3), np.arange(4.0)
    npz.write(tmp_path / "a.npz", {"one": one, "two": two})
    os.utime(tmp_path / "a.npz", (0, 0))
    npz.write(tmp_path / "b.npz", {"two": two, "one": one})
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


@pytest.mark.parametrize("kept", [0, 1, 10, 1000, 7999])
def test_arrays_that_were_cut_short_are_refused(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "a.npz"
    npz.write(path, {"a": np.arange(1000)})
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(LitemillError, match="is no archive of arrays"):
        npz.read(path)


def test_arrays_with_a_flipped_bit_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    npz.write(path, {"a": np.arange(1000)})
    data = bytearray(path.read_bytes())
    data[4000] ^= 1
    path.write_bytes(data)
    with pytest.raises(LitemillError, match="is no archive of arrays"):
        npz.read(path)


def test_arrays_of_objects_and_single_arrays_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", a=np.array([{}], object))
    np.save(tmp_path / "b.npy", np.arange(3))
    for name in ("a.npz", "b.npy"):
        with pytest.raises(LitemillError, match=f"{name}: is no archive of arrays"):
            npz.read(tmp_path / name)
