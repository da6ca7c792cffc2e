"""A head and a scheduler that wait for a test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from clones import Clone

from fanout import quick
from fanout.workers import Cluster, cluster


@pytest.fixture
def head(tmp_path: Path) -> Clone:
    """A repository whose remote is a folder."""
    return quick.make(tmp_path / "head", str(tmp_path / "remote"))


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler without workers."""
    with cluster(tmp_path / "cluster") as found:
        yield found
