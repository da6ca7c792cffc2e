import shutil
from pathlib import Path

import pytest

from litemill.analysis import results
from litemill.analysis.results import Results
from litemill.settings import params
from report import built


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout that no test changes."""
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        built.build(folder)
    return folder


@pytest.fixture(scope="session")
def written(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with its report, as the stage writes it; no test changes it."""
    folder = tmp_path_factory.mktemp("written") / "checkout"
    shutil.copytree(original, folder)
    done = built.report(folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "reports/index.html, reports/report.md: 5 artifacts, 1 outside tolerance\n"
    return folder


@pytest.fixture
def checkout(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of the test's own, in which it runs."""
    folder = tmp_path / "checkout"
    shutil.copytree(original, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def joined(checkout: Path) -> Results:
    """What the records of the checkout say together."""
    assert checkout == Path.cwd()
    return results.load(params.load())
