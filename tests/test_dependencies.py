"""What the code imports is declared, and what is declared is in the lock file."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

PROJECT = tomllib.loads(Path("pyproject.toml").read_text())["project"]
OURS = {"litemill", "stages", "tests", "benchmarks", "tools"}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=~! ]", name)[0]).lower()


def declared() -> set[str]:
    return {plain(each) for each in PROJECT["dependencies"]}


def imported(folder: str) -> set[str]:
    modules: set[str] = set()
    for file in Path(folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                modules |= {each.name.split(".")[0] for each in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                modules.add(node.module.split(".")[0])
    return modules - OURS - set(sys.stdlib_module_names)


def test_each_declared_package_is_in_the_lock_file() -> None:
    locked = {plain(line) for line in Path("requirements.lock").read_text().splitlines() if re.match(r"\w", line)}
    development = {plain(each) for each in PROJECT["optional-dependencies"]["dev"]}
    assert declared() | development <= locked


def test_each_imported_package_is_declared() -> None:
    of = packages_distributions()
    undeclared = {
        module
        for module in imported("litemill") | imported("stages")
        if not {plain(each) for each in of.get(module, [module])} & declared()
    }
    assert not undeclared
