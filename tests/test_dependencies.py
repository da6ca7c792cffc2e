"""What the code imports is declared; the two locks hold what is declared, and all that it needs."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import distributions, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from benchmarks import install_size

PROJECT = tomllib.loads(Path("pyproject.toml").read_text())["project"]
OPTIONAL: dict[str, list[str]] = PROJECT["optional-dependencies"]
OURS = {"litemill", "stages", "tests", "benchmarks", "tools"}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=~! ]", name)[0]).lower()


# the rooms whose modules may import what an extra brings; all others do with the core
EXTRAS = {
    "run": ("litemill/runtime.py", "litemill/bench", "litemill/composition", "litemill/delegates", "litemill/tasks"),
    "build": (
        "litemill/conversion",
        "litemill/dvc",
        "litemill/graphs",
        "litemill/inspection",
        "litemill/rewrites",
        "litemill/sources",
        "litemill/warm_server.py",
        "stages",
    ),
    "report": ("litemill/analysis/frame.py", "litemill/render", "litemill/report"),
    "bundle": ("litemill/bundle",),
    "devices": ("litemill/devices",),
    "fanout": ("litemill/fanout", "litemill/commands/fanout.py"),
}
FIRST, SECOND = "requirements.lock", "requirements-dev.lock"
PYTHONS = ("3.11", "3.12", "3.13")


def declared() -> set[str]:
    return {plain(each) for each in PROJECT["dependencies"]}


def extra(name: str) -> set[str]:
    """Return what an extra installs besides the core, with the extras that it names."""
    whole = [Requirement(each) for each in OPTIONAL[name]]
    inner = {one for each in whole if each.name == PROJECT["name"] for one in each.extras}
    return {plain(each.name) for each in whole if each.name != PROJECT["name"]}.union(*map(extra, inner))


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
    """Return the files that may import what an extra installs."""
    return {
        file
        for place in EXTRAS[name]
        for file in (Path(place).rglob("*.py") if Path(place).is_dir() else [Path(place)])
    }


def entries(lock: str) -> list[Requirement]:
    """Return what a lock names, its hashes left out."""
    whole = Path(lock).read_text().replace("\\\n", " ")
    return [Requirement(line.split(" --hash")[0]) for line in whole.splitlines() if line and line[0] != "#"]


def versions(*locks: str, python: str) -> dict[str, Version]:
    """Return the versions that locks install on Linux with a Python."""
    here = [each for lock in locks for each in entries(lock) if applies(each, python)]
    assert len({plain(each.name) for each in here}) == len(here)  # each package once
    return {plain(each.name): Version(str(each.specifier).removeprefix("==")) for each in here}


def applies(requirement: Requirement, python: str, extra: str = "") -> bool:
    system = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux", "extra": extra}
    return not requirement.marker or requirement.marker.evaluate(system)


def asked(locked: dict[str, Version], declared: list[Requirement], python: str) -> Iterator[Requirement]:
    """Return what is declared and, by what the packages that are installed here say, all that this asks for."""
    of = {plain(each.name): each for each in distributions() if locked.get(plain(each.name)) == Version(each.version)}
    assert len(of) > 0.9 * len(locked), "too few of the locked packages are installed -> make .venv/installed-dev"
    todo, seen = [*declared, *map(Requirement, of)], set()
    for each in todo:
        yield each
        name = plain(each.name)
        for extra in {"", *each.extras} if name in of else set():
            if (name, extra) not in seen:
                seen.add((name, extra))
                todo += [need for need in map(Requirement, of[name].requires or []) if applies(need, python, extra)]


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(("locks", "extras"), [([FIRST], ["install"]), ([FIRST, SECOND], ["install", "dev"])])
def test_a_lock_has_all_that_is_declared_and_asked_for_with_extras_or_without(
    locks: list[str], extras: list[str], python: str
) -> None:
    locked = versions(*locks, python=python)
    # without the names of extras in extras: the project itself is in no lock
    parts = [*EXTRAS, *extras]
    lines = [each for part in (PROJECT["dependencies"], *map(OPTIONAL.__getitem__, parts)) for each in part]
    declared = [need for need in map(Requirement, lines) if need.name != PROJECT["name"]]
    unmet = {
        str(need)
        for need in asked(locked, declared, python)
        if plain(need.name) not in locked or not need.specifier.contains(locked[plain(need.name)], prereleases=True)
    }
    assert not unmet


@pytest.mark.parametrize("lock", [FIRST, SECOND])
def test_each_line_of_a_lock_has_one_version_and_hashes_and_no_address(lock: str) -> None:
    text = Path(lock).read_text()
    whole = [line for line in text.replace("\\\n", " ").splitlines() if line[0] != "#"]
    assert whole
    assert all(
        re.fullmatch(r"[a-z0-9.-]+==[\w.!+]+( ; [^#]+?)?( +--hash=sha256:[0-9a-f]{64})+", line) for line in whole
    )
    assert "://" not in text


@pytest.mark.parametrize(("lock", "target"), [(FIRST, "installed"), (SECOND, "installed-dev")])
def test_what_make_says_a_lock_installs_is_what_is_installed(lock: str, target: str) -> None:
    recipe = Path("Makefile").read_text().partition(f"\n.venv/{target}: ")[2].partition("\n\n")[0]
    [said] = re.findall(r'"about ([0-9.]+) GB"', recipe)
    assert float(said) == pytest.approx(install_size.of(lock).megabytes / 1000, rel=0.1)
    [figure] = re.findall(rf"`{lock}` installs about ([0-9]+) MB", Path("docs/explanation.md").read_text())
    assert float(figure) == pytest.approx(1000 * float(said), rel=0.05)


def test_each_imported_package_is_declared() -> None:
    files = {file for folder in ("litemill", "stages") for file in Path(folder).rglob("*.py")}
    assert not undeclared(files.difference(*map(needing, EXTRAS)), declared())


def test_all_is_every_extra_that_a_user_may_want() -> None:
    assert set(Requirement(OPTIONAL["all"][0]).extras) == set(EXTRAS) == OPTIONAL.keys() - {"all", "dev", "install"}


def test_whoever_judges_reports_or_reads_logs_needs_no_tensorflow() -> None:
    assert [name for name in EXTRAS if "tensorflow" in extra(name)] == ["build", "fanout"]
    assert "tensorflow" not in declared()
    assert len(declared()) < 10


@pytest.mark.parametrize("name", EXTRAS)
def test_each_package_of_an_extra_is_imported_where_the_extra_is_needed_and_nowhere_else(name: str) -> None:
    assert needing(name)
    assert not undeclared(needing(name), declared() | extra(name))
