"""The real adb client with a server of its own, and what it connects to: a fake phone, or a real adbd."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from devices.adb_client import Adb
from devices.device import Device
from devices.fake_adbd import FakePhone
from devices.making import Making
from devices.real_adbd import RealAdbd


@pytest.fixture(scope="session")
def adb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adb]:
    """Return the client."""
    with Adb(tmp_path_factory.mktemp("adb")) as client:
        yield client


@pytest.fixture
def phone(adb: Adb, tmp_path: Path) -> Iterator[FakePhone]:
    """Return a fake phone that the client may connect to and knows no longer afterwards."""
    with FakePhone(tmp_path / "phone") as fake:
        yield fake
        adb.run("disconnect", fake.serial)


@pytest.fixture
def make(adb: Adb, tmp_path: Path) -> Iterator[Making]:
    """Return what makes phones of a kind."""
    with ExitStack() as ends:
        yield Making(adb, tmp_path, ends)


@pytest.fixture
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealAdbd]:
    """Return a real adbd, with a client of its own, in a folder with a short name, as a phone's are."""
    with RealAdbd(tmp_path_factory.mktemp("real")) as device:
        yield device


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.device)])
def device(request: pytest.FixtureRequest) -> Device:
    """Return a connected device of each kind, in turn."""
    if request.param == "real":
        found: RealAdbd = request.getfixturevalue("real")
        return Device(found.adb, found)
    fake: FakePhone = request.getfixturevalue("phone")
    return Device(request.getfixturevalue("adb"), fake)
