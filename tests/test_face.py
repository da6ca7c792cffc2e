"""`import litemill`: few names, each with an example that runs; nothing is imported before it is used."""

import doctest
import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from report import built

import litemill

ROOT = Path(__file__).parents[1]
BY_TENSORFLOW = ("convert", "inspect")
NAMES = [pytest.param(name, marks=pytest.mark.build if name in BY_TENSORFLOW else ()) for name in litemill.__all__]


@pytest.mark.parametrize("name", NAMES)
def test_a_names_example_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path if name == "results" else ROOT)
    if name == "results":
        built.build(tmp_path)
    found = getattr(litemill, name)
    # an example of the name's own, not of a method
    [own] = doctest.DocTestFinder(recurse=False).find(found, name, globs={})
    assert any(f"litemill.{name}" in example.source for example in own.examples)
    told: list[str] = []
    failed, _ = doctest.DocTestRunner().run(own, out=told.append)
    assert failed == 0, "".join(told)


def test_the_names_are_few_and_each_is_what_its_module_defines() -> None:
    assert len(litemill.__all__) <= 15
    assert sorted(litemill.__all__) == litemill.__all__
    assert list(litemill._HOMES) == litemill.__all__
    assert dir(litemill) == sorted([*litemill.__all__, "__version__"])
    for home in litemill._HOMES.values():
        module, _, own = home.rpartition(".")
        assert getattr(importlib.import_module(module), own).__module__ == module


def test_an_unknown_name_is_refused_as_python_does() -> None:
    with pytest.raises(AttributeError, match="module 'litemill' has no attribute 'modle'"):
        litemill.modle  # noqa: B018


def modules_after(code: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", f"import sys; {code}; print(*sys.modules)"], cwd=ROOT,
                          capture_output=True, text=True, timeout=60, check=True)  # fmt: skip
    return set(done.stdout.split())


def test_nothing_is_imported_before_it_is_used() -> None:
    assert {name for name in modules_after("import litemill") if name.startswith("litemill")} == {"litemill"}
    assert {"tensorflow", "numpy", "msgspec"}.isdisjoint(modules_after("import litemill"))


@pytest.mark.parametrize("name", [name for name in litemill.__all__ if name not in (*BY_TENSORFLOW, "Inspection")])
def test_no_name_but_those_that_build_needs_tensorflow(name: str) -> None:
    assert "tensorflow" not in modules_after(f"from litemill import {name}")
