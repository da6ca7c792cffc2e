"""What dvc.yaml declares, held against what the stages really import and read."""

import ast
import functools
import importlib.util
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
OURS = ("litemill", "stages")
# these change no output: they look for packages, and give the names of `import litemill`, which none of ours uses
OUTER = {Path("stages/__init__.py"), Path("litemill/__init__.py")}
FILES = ("dvc.yaml", "pipelines/network.yaml", "pipelines/phones.yaml")
STAGES: dict[str, Any] = {
    name: stage for file in FILES for name, stage in yaml.safe_load((ROOT / file).read_text())["stages"].items()
}


def declared(stage: str) -> dict[str, Any]:
    """Return what a stage declares, whether it is one or one for each of many."""
    entry: dict[str, Any] = STAGES[stage]
    each: dict[str, Any] = entry.get("do", {})
    return entry | each


def own_file(stage: str) -> Path:
    """Return the file of the stage that a command runs."""
    module = next(word for word in declared(stage)["cmd"].split() if word.startswith("stages."))
    return Path(*module.split(".")).with_suffix(".py")


def file_of(module: str) -> Path | None:
    """Return the file of one of our modules, relative to the repository; None where there is no such module."""
    stem = ROOT.joinpath(*module.split("."))
    found = next((path for path in (stem.with_suffix(".py"), stem / "__init__.py") if path.is_file()), None)
    return found.relative_to(ROOT) if found else None


@functools.cache
def imports(file: Path) -> frozenset[Path]:
    """Return our files that a file imports, wherever in it the import stands, and the packages they lie in."""
    package = ".".join(file.parent.parts)
    modules: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            modules |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    ours = [module for module in modules if module.split(".")[0] in OURS]
    whole = {".".join(module.split(".")[:end]) for module in ours for end in range(1, module.count(".") + 2)}
    return frozenset(found for module in whole if (found := file_of(module)))


def closure(file: Path) -> set[Path]:
    """Return our files that run when a file does, but for packages that hold nothing but a docstring."""
    found: set[Path] = set()
    waiting = {file}
    while waiting:
        one = waiting.pop()
        found.add(one)
        waiting |= imports(one) - found - OUTER
    return {one for one in found if not (one.name == "__init__.py" and only_docstring(one))}


def only_docstring(file: Path) -> bool:
    body = ast.parse((ROOT / file).read_text()).body
    return all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in body)


def covers(dependency: str, file: Path) -> bool:
    return file.is_relative_to(dependency)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_declares_the_modules_that_it_imports_and_no_others(stage: str) -> None:
    code = [one for one in declared(stage)["deps"] if one.split("/")[0] in OURS]
    needed = closure(own_file(stage))
    assert [str(file) for file in sorted(needed) if not any(covers(one, file) for one in code)] == []
    assert [one for one in code if not any(covers(one, file) for file in needed)] == []


def test_imports_are_found_wherever_they_stand() -> None:
    # a name from a package is a module of it, and what a function imports counts
    assert Path("litemill/ground/project.py") in imports(Path("stages/gate.py"))
    assert Path("litemill/report/drawings.py") in imports(Path("litemill/commands/report.py"))
    assert Path("litemill/runtime.py") in closure(Path("stages/validate.py"))
    assert Path("litemill/benchmark_log/__init__.py") in closure(Path("stages/phones.py"))
    assert Path("litemill/ground/__init__.py") not in closure(Path("stages/gate.py"))


def test_no_module_of_ours_takes_a_name_of_the_face() -> None:
    # else what is behind the name would have to be declared by the stages
    rooms = {path.stem for path in (ROOT / "litemill").iterdir()}
    for file in (path for folder in OURS for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "litemill":
                assert {alias.name for alias in node.names} <= rooms, file


# what makes files or times them: minutes of a build
COSTLY = ("freeze", "samples", "reference", "variants", "convert", "benchmark")


@pytest.mark.parametrize(
    "edited",
    [
        *(
            "litemill/figures.py",
            "litemill/report/tables.py",
            "litemill/settings/budgets.py",
            "litemill/settings/params.py",
        ),
        *(
            "litemill/analysis/recommend.py",
            "litemill/dvc/progress.py",
            "litemill/render/templates.py",
            "litemill/cli.py",
        ),
        *("litemill/records/accuracy.py", "litemill/records/device.py", "litemill/devices/adb.py"),
    ],
)
def test_an_edit_that_cannot_change_a_file_runs_no_conversion_and_times_nothing(edited: str) -> None:
    assert (ROOT / edited).is_file()
    again = [one for one in COSTLY if any(Path(edited).is_relative_to(dep) for dep in declared(one)["deps"])]
    assert again == []


def test_what_delegates_take_of_a_file_times_nothing() -> None:
    deps = declared("benchmark")["deps"]
    assert not [dep for dep in deps if "delegates" in dep or "conversion" in dep or "records/convert" in dep]


def test_what_is_declared_is_there_or_made_by_a_stage() -> None:
    made = [
        (out if isinstance(out, str) else next(iter(out))).split("${")[0]
        for one in STAGES
        for out in declared(one).get("outs", [])
    ]
    missing = [
        dependency
        for stage in STAGES
        for dependency in declared(stage)["deps"]
        if not (ROOT / dependency).exists() or dependency.split("/")[0] in {"models", "reports"}
        if not any(dependency.startswith(out.rstrip("/")) or out.startswith(dependency) for out in made)
    ]
    assert missing == []


def test_stages_that_validate_or_report_import_no_tensorflow() -> None:
    heavy = {"freeze", "samples", "reference", "convert", "variants"}
    for stage in set(STAGES) - heavy:
        for file in closure(own_file(stage)):
            names = {
                name
                for node in ast.walk(ast.parse((ROOT / file).read_text()))
                if isinstance(node, ast.Import | ast.ImportFrom)
                for name in (
                    [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
                )
            }
            assert not {name for name in names if name.split(".")[0] in {"tensorflow", "tensorflow_hub"}}, (stage, file)
    assert all("litemill.warm" in declared(stage)["cmd"] for stage in heavy)
