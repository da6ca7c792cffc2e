"""What the code imports is declared, and what is declared is in the lock file."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

PROJECT = tomllib.loads(Path("pyproject.toml").read_text())["project"]
OURS = {"litemill", "stages", "tests", "benchmarks", "tools"}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=~! ]", name)[0]).lower()


# what users install who need it, and the modules that need it
EXTRAS = {"cluster": ("litemill/fanout", "stages/fanout.py", "stages/hung.py")}


def declared() -> set[str]:
    return {plain(each) for each in PROJECT["dependencies"]}


def extra(name: str) -> set[str]:
    return {plain(each) for each in PROJECT["optional-dependencies"][name]}


def imported(files: Iterable[Path]) -> set[str]:
    modules: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                modules |= {each.name.split(".")[0] for each in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                modules.add(node.module.split(".")[0])
    return modules - OURS - set(sys.stdlib_module_names)


def undeclared(files: Iterable[Path], known: set[str]) -> set[str]:
    of = packages_distributions()
    return {module for module in imported(files) if not {plain(each) for each in of.get(module, [module])} & known}


def needing(name: str) -> set[Path]:
    """Give the files that may import what an extra installs."""
    return {
        file
        for place in EXTRAS[name]
        for file in (Path(place).rglob("*.py") if Path(place).is_dir() else [Path(place)])
    }


def test_each_declared_package_is_in_the_lock_file() -> None:
    locked = {plain(line) for line in Path("requirements.lock").read_text().splitlines() if re.match(r"\w", line)}
    assert declared().union(*map(extra, PROJECT["optional-dependencies"])) <= locked


def test_each_imported_package_is_declared() -> None:
    files = {file for folder in ("litemill", "stages") for file in Path(folder).rglob("*.py")}
    assert not undeclared(files.difference(*map(needing, EXTRAS)), declared())


@pytest.mark.parametrize("name", EXTRAS)
def test_each_package_of_an_extra_is_imported_where_the_extra_is_needed_and_nowhere_else(name: str) -> None:
    assert needing(name)
    assert not undeclared(needing(name), declared() | extra(name))
