import shutil
from pathlib import Path

import pytest
from report import built

from litemill.ground import io, project
from litemill.records import store
from litemill.records.artifact import Converted
from litemill.records.graph import Sampled
from litemill.records.recommendation import Recommended
from litemill.runtime import Model
from litemill.settings import params
from litemill.tasks.registry import task_of


def recommended(network: str) -> None:
    """Make the records of a network fit the official file that stands for its fp32, and recommend that for cpu."""
    settings = params.load().networks[network]
    path = project.record("convert", network, "fp32")
    record = store.load(path, Converted)
    model = Model(project.artifact(network, "fp32"), 1, task_of(settings).inputs)
    output = type(model.output)(
        task_of(settings).output(settings), *[getattr(model.output, name) for name in ("name", "shape", "dtype")]
    )
    built.changed(path, Converted, inputs=model.inputs, outputs=(output,))
    choice = store.load(project.record("recommend", network), Recommended).choice("cpu")
    assert choice.sha256 == record.sha256
    built.copied(project.artifact(network, "fp32"), project.recommended("cpu", network))
    io.write(project.recommended("gpu", network), b"")


@pytest.fixture(scope="session")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout in which something is recommended, which no test changes."""
    folder = tmp_path_factory.mktemp("chosen")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        built.build(folder)
        for network in built.BUILT:
            recommended(network)
        evaluation = ("style/zigzag_colorful.jpg", "style/bricks_sq.jpg")
        built.changed(project.record("samples", "eye"), Sampled, evaluation=evaluation)
    return folder


@pytest.fixture
def checkout(chosen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of the test's own, in which it runs."""
    folder = tmp_path / "checkout"
    shutil.copytree(chosen, folder)
    monkeypatch.chdir(folder)
    return folder
