"""Print how many packages each lock installs, and how many MB they are: `python -m benchmarks.install_size`."""

import re
from importlib.metadata import distributions
from pathlib import Path

LOCKS = ("requirements.lock", "requirements-dev.lock")


def plain(name: str) -> str:
    """Return a package's name as locks spell it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def megabytes() -> dict[str, float]:
    """Return the size of each installed package, without the bytecode that Python adds."""
    return {
        plain(each.name): sum(file.size or 0 for file in each.files or [] if file.suffix != ".pyc") / 1e6
        for each in distributions()
    }


def named(lock: str) -> set[str]:
    """Return the packages that a lock names."""
    return set(re.findall(r"^([a-z][^=]*)==", Path(lock).read_text(), re.MULTILINE))


def main() -> None:
    """Print a line a lock."""
    sizes = megabytes()
    for lock in LOCKS:
        there = named(lock) & sizes.keys()
        print(f"{lock}: {len(there)} packages, {sum(sizes[each] for each in there):.0f} MB")


if __name__ == "__main__":
    main()
