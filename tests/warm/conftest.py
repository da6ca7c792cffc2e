"""A checkout with a server of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import Checkout

from warm.checkouts import new_checkout


@pytest.fixture
def sockets(tmp_path: Path) -> Iterator[Path]:
    """Return the folder of the servers' sockets, apart from the user's; its servers go away with it."""
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    yield run / "litemill"
    shutil.rmtree(run)


@pytest.fixture
def checkout(tmp_path: Path, sockets: Path) -> Checkout:
    return new_checkout(tmp_path / "one", sockets)
