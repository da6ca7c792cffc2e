"""Sources as frozen graphs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from litemill.graphs import load
from litemill.graphs.run import runner
from litemill.ground.errors import GraphError
from litemill.settings.catalog import Entry

CONTENT, STYLE = (np.random.default_rng(seed).random((1, 4, 4, 3), np.float32) for seed in (0, 1))


class Model(tf.Module):  # type: ignore[misc]
    """A model of two inputs with a variable."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = tf.Variable(3.0)

    @tf.function(
        input_signature=[
            tf.TensorSpec([1, None, None, 3], tf.float32, "placeholder"),
            tf.TensorSpec([1, None, None, 3], tf.float32, "placeholder_1"),
        ]
    )  # type: ignore[untyped-decorator]
    def __call__(self, content: Any, style: Any) -> Any:
        return {"output_0": content * self.weight - tf.reduce_mean(style)}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    tf.saved_model.save(Model(), str(folder / "saved_model"))
    return folder


def graph() -> Any:
    with tf.Graph().as_default() as made:
        tf.identity(tf.compat.v1.placeholder(tf.float32, [1], name="a") * 2.0, name="b")
    return made.as_graph_def()


def test_a_frozen_graph_is_read(tmp_path: Path) -> None:
    (tmp_path / "frozen_inference_graph.pb").write_bytes(graph().SerializeToString())
    entry = Entry("frozen_graph", "u", "m", "Apache-2.0", "segmentation")
    assert load.frozen(tmp_path, entry) == graph()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<html>not found</html>", "a.pb: can't be read as a graph"),
        (b"", "a.pb: is an empty graph: expected nodes"),
        (graph().SerializeToString()[:-7], "a.pb: can't be read as a graph"),
    ],
)
def test_what_is_no_graph_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "a.pb").write_bytes(data)
    with pytest.raises(GraphError) as caught:
        load.read(tmp_path / "a.pb")
    assert said in str(caught.value)


def test_a_missing_graph_is_named(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match=r"absent\.pb: no such graph -> run: dvc repro"):
        load.read(tmp_path / "absent.pb")


def test_a_saved_model_is_frozen_and_computes_what_it_did(saved: Path) -> None:
    frozen = load.frozen(saved, Entry("saved_model", "u", "m", "Apache-2.0", "stylization"))
    assert not [node.name for node in frozen.node if "Variable" in node.op]
    found = runner(frozen)({"placeholder": CONTENT, "placeholder_1": STYLE}, ["Identity"])[0]
    np.testing.assert_allclose(found, CONTENT * 3 - STYLE.mean(), rtol=1e-5)


def test_a_saved_model_without_a_signature_is_refused(tmp_path: Path) -> None:
    tf.saved_model.save(tf.Module(), str(tmp_path / "saved_model"))
    with pytest.raises(GraphError, match="no such signature: expected serving_default, got none"):
        load.freeze(tmp_path / "saved_model")


def test_a_folder_without_a_saved_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GraphError):
        load.freeze(tmp_path)


def test_a_run_of_a_node_that_is_not_there_is_refused() -> None:
    run = runner(graph())
    assert run({"a": np.ones(1)}, ["b"])[0].tolist() == [2]
    with pytest.raises(GraphError, match="the graph can't be run"):
        run({"a": np.ones(1)}, ["c"])
    with pytest.raises(GraphError, match="the graph can't be run"):
        run({"a": np.ones(2)}, ["b"])
