"""What a test needs of this checkout, and what it says where that is not there."""

import os
from pathlib import Path

import pytest

REQUIRED = "LITEMILL_REQUIRE_BUILD"  # set where the build has been made: what it lacks is an error, not a skip


def built(path: Path) -> Path:
    """Return a file of the build; without it the test is skipped, or fails where a build is required."""
    if not path.is_file():
        (pytest.fail if os.environ.get(REQUIRED) else pytest.skip)(f"{path} is not there -> run: make repro")
    return path
