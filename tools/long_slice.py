#!/usr/bin/env python3
"""Names the test files of one slice of the long lane: `tools/long_slice.py COMMIT`.

The files are dealt so that each slice takes about as long as another. Which one is run follows from the commit's hash:
the same for a commit, another for most others, so that all of the lane is run within some commits.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests"
SLICES = 5
LONG = re.compile(r"^(pytestmark = \W*|@|\s+)pytest\.mark\.(long|device)\b", re.MULTILINE)
# about how many seconds files take that take more than most
SECONDS: Mapping[str, int] = {
    "tests/architectures/test_mobilenet_v3_architecture.py": 30,
    "tests/architectures/test_xception_architecture.py": 100,
    "tests/conversion/test_refit_real.py": 60,
    "tests/devices/test_phones.py": 90,
    "tests/devices/test_phones_build.py": 65,
    "tests/fanout/test_bad_cases.py": 100,
    "tests/fanout/test_ends.py": 100,
    "tests/test_documents_run.py": 200,
    "tests/test_experiments.py": 60,
    "tests/test_mirror.py": 80,
    "tests/test_rebuild_upstream.py": 40,
    "tests/test_recipes_by_params.py": 120,
    "tests/test_small_build.py": 60,
}
MOST_TAKE = 20


def files() -> list[str]:
    """Return the files with tests of the long lane, as pytest takes them."""
    found = [path for path in TESTS.rglob("test_*.py") if LONG.search(path.read_text())]
    return sorted(str(path.relative_to(TESTS.parent)) for path in found)


def slices() -> list[list[str]]:
    """Deal the files: the one that takes longest first, each to the slice that has least to do."""
    dealt: list[list[str]] = [[] for _ in range(SLICES)]
    for file in sorted(files(), key=lambda file: (-seconds(file), file)):
        min(dealt, key=lambda one: sum(map(seconds, one))).append(file)
    return dealt


def seconds(file: str) -> int:
    """Return about how long a file takes."""
    return SECONDS.get(file, MOST_TAKE)


def main(commit: str) -> None:
    """Print the files of the slice that a commit is checked with."""
    number = int(commit, 16) % SLICES
    print(f"slice {number + 1} of {SLICES} of the long lane", file=sys.stderr)
    print(*slices()[number])


if __name__ == "__main__":
    main(sys.argv[1])
