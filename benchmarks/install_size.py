"""Print how many packages each lock installs, and how many MB they are: `python -m benchmarks.install_size`."""

import re
from importlib.metadata import distributions
from pathlib import Path
from typing import NamedTuple

LOCKS = ("requirements.lock", "requirements-dev.lock")


class Size(NamedTuple):
    """What of a lock is installed here, without the bytecode that Python adds."""

    packages: int
    megabytes: float


def of(lock: str) -> Size:
    """Return what a lock installed."""
    named = set(re.findall(r"^([a-z][^=]*)==", Path(lock).read_text(), re.MULTILINE))
    there = [each for each in distributions() if re.sub(r"[-_.]+", "-", each.name).lower() in named]
    files = [file for each in there for file in each.files or [] if file.suffix != ".pyc"]
    return Size(len(there), sum(file.size or 0 for file in files) / 1e6)


def main() -> None:
    """Print a line a lock."""
    for lock in LOCKS:
        size = of(lock)
        print(f"{lock}: {size.packages} packages, {size.megabytes:.0f} MB")


if __name__ == "__main__":
    main()
