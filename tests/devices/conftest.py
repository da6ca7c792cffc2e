"""The adb client with a server of its own, and a fake phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.adb_client import Adb
from devices.fake_adbd import FakePhone


@pytest.fixture(scope="session")
def adb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adb]:
    """Give the real client."""
    with Adb(tmp_path_factory.mktemp("adb")) as client:
        yield client


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[FakePhone]:
    """Give a fake phone that nobody has connected to."""
    with FakePhone(tmp_path / "phone") as fake:
        yield fake
