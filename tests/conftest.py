"""What holds for every test: where DVC is and what it remembers, children that hear Ctrl-C, one small build for all."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import small_build
from clones import Clone


def pytest_configure() -> None:
    """Hear Ctrl-C, which a shell's job in the background ignores, and with it all that it starts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _own_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have `dvc` found, and keep what it remembers of checkouts apart from the user's and from other tests'."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        patch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path_factory.mktemp("dvc-site")))
        yield


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """Return a clone in which two small networks are built, once for all of the tests' processes; none changes it."""
    base = tmp_path_factory.getbasetemp()
    return small_build.shared((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "small_build")
