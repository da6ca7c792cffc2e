from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from deeplabs import Deeplab
from stylizers import Stylizer

from litemill.graphs import load, safety, saved_model
from litemill.graphs.find import find
from litemill.graphs.graph import SourceGraph
from litemill.ground.errors import GraphError, LitemillError

tf1 = tf.compat.v1
GraphDef = tf1.GraphDef
HOSTILE = (
    "ReadFile",
    "WriteFile",
    "MatchingFiles",
    "PyFunc",
    "PyFuncStateless",
    "EagerPyFunc",
    "LoadLibrary",
    "SaveV2",
    "RestoreV2",
    "MergeV2Checkpoints",
    "TFRecordReaderV2",
    "ReaderReadV2",
    "TextLineReader",
    "Print",
    "PrintV2",
    "CollectiveReduce",
    "RpcCall",
    "_Send",
    "_Recv",
    "DecodeJpeg",
    "VarHandleOp",
    "While",
    "MyOwnOp",
)
FLIPPED, CUT = 190, 10


@pytest.mark.parametrize("op", HOSTILE)
def test_an_op_outside_the_list_is_refused_by_name(op: str) -> None:
    graph = GraphDef()
    graph.node.add(name="harmless", op="Const")
    graph.node.add(name="hidden", op=op)
    with pytest.raises(GraphError, match=f"the op {op} of node 'hidden'"):
        safety.check(graph)


def test_an_op_inside_a_function_is_refused_by_name() -> None:
    graph = GraphDef()
    function = graph.library.function.add()
    function.signature.name = "friendly"
    function.node_def.add(name="inner", op="WriteFile")
    graph.node.add(name="call", op="friendly")
    with pytest.raises(GraphError, match="the op WriteFile of node 'inner'"):
        safety.check(graph)


def test_a_graph_that_writes_a_file_is_refused_as_it_is_read(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    with tf.Graph().as_default() as graph:
        with tf.control_dependencies([tf.io.write_file(str(victim), "x")]):
            tf.identity(tf1.placeholder(tf.uint8, [1, None, None, 3], name="ImageTensor"))
        path = tmp_path / "graph.pb"
        path.write_bytes(graph.as_graph_def().SerializeToString())
    with pytest.raises(GraphError, match="WriteFile"):
        load.read(path)
    assert not victim.exists()


def test_a_constant_that_only_says_that_it_is_huge_is_refused() -> None:
    graph = GraphDef()
    node = graph.node.add(name="bomb", op="Const")
    node.attr["value"].tensor.dtype = 1
    node.attr["value"].tensor.tensor_shape.dim.add(size=1 << 40)
    with pytest.raises(GraphError, match="too large"):
        safety.check(graph)


@pytest.mark.parametrize("way", [{}, {"decoder": True}, {"fake_quant": True}, {"asserts": True}], ids=str)
def test_what_exporters_write_is_let_in(way: dict[str, Any]) -> None:
    safety.check(Deeplab(**way).graph())


@pytest.mark.parametrize("kind", ["tf1", "tf2"])
def test_what_tensorflow_saves_is_let_in(kind: str, tmp_path: Path) -> None:
    safety.check_saved_model(saved_model.read(Stylizer(tmp_path).saved(kind, "whole", ("content", "style"))))


def writes(picture: Any, folder: Path) -> Any:
    with tf.control_dependencies([tf.io.write_file(str(folder / "victim"), "x")]):
        return picture * 2


def reads(picture: Any, folder: Path) -> Any:
    return picture * tf.cast(tf.strings.length(tf.io.read_file(str(folder / "victim"))), tf.float32)


def calls_python(picture: Any, _folder: Path) -> Any:
    return tf.numpy_function(lambda values: values, [picture], tf.float32)


def saves(picture: Any, folder: Path) -> Any:
    op = tf.raw_ops.SaveV2(prefix=str(folder / "victim"), tensor_names=["x"], shape_and_slices=[""], tensors=[picture])
    with tf.control_dependencies([op]):
        return picture * 2


def restores(picture: Any, folder: Path) -> Any:
    return (
        picture
        + tf.raw_ops.RestoreV2(
            prefix=str(folder / "victim"), tensor_names=["x"], shape_and_slices=[""], dtypes=[tf.float32]
        )[0]
    )


@pytest.mark.parametrize(
    ("body", "op"),
    [(writes, "WriteFile"), (reads, "ReadFile"), (calls_python, "PyFunc"), (saves, "SaveV2"), (restores, "RestoreV2")],
)
def test_a_signature_that_does_more_than_compute_is_refused(
    body: Callable[[Any, Path], Any], op: str, tmp_path: Path
) -> None:
    module = tf.Module()
    module.weight = tf.Variable(1.0)

    module.call = call = tf.function(
        lambda picture: body(picture * module.weight, tmp_path),
        input_signature=[tf.TensorSpec([None, None, None, 3])],
        autograph=False,
    )
    tf.saved_model.save(module, str(tmp_path / "model"), signatures=call)
    with pytest.raises(GraphError, match=op):
        load.freeze(tmp_path / "model")
    assert not list(tmp_path.glob("victim*"))


def test_what_would_run_at_loading_is_refused(tmp_path: Path) -> None:
    victim = str(tmp_path / "victim")
    with tf.Graph().as_default(), tf1.Session() as session:
        picture = tf1.placeholder(tf.float32, [None, None, None, 3])
        variable = tf1.get_variable("w", initializer=1.0, use_resource=False)
        session.run(tf1.global_variables_initializer())
        op = tf1.raw_ops.SaveV2(prefix=victim, tensor_names=["x"], shape_and_slices=[""], tensors=[variable])
        signature = tf1.saved_model.predict_signature_def({"picture": picture}, {"out": picture * variable})
        builder = tf1.saved_model.Builder(str(tmp_path / "model"))
        builder.add_meta_graph_and_variables(session, ["serve"], {"serving_default": signature}, main_op=tf.group(op))
        builder.save()
    with pytest.raises(GraphError, match="SaveV2"):
        load.freeze(tmp_path / "model")
    assert not list(tmp_path.glob("victim*"))


def test_a_saved_model_without_variables_is_refused(tmp_path: Path) -> None:
    folder = Stylizer(tmp_path).saved("tf2", "predict", ("style",))
    for path in (folder / "variables").iterdir():
        path.unlink()
    with pytest.raises(GraphError, match="can't be read as a SavedModel"):
        load.freeze(folder)


def test_a_saved_model_without_signatures_is_refused(tmp_path: Path) -> None:
    tf.saved_model.save(tf.Module(), str(tmp_path / "model"))
    with pytest.raises(GraphError, match="no such signature"):
        load.freeze(tmp_path / "model")


@pytest.mark.parametrize("data", [b"", b"no graph, but a text\n" * 50], ids=["empty", "text"])
def test_what_is_no_saved_model_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(data)
    with pytest.raises(GraphError):
        saved_model.read(tmp_path)


def test_damaged_graphs_end_in_errors_that_say_so(tmp_path: Path) -> None:
    """Cut and flipped bytes: an error of the family, or a graph that is still found one way or the other."""
    data = Deeplab().graph(shapes=False).SerializeToString()
    random = np.random.default_rng(0)
    path, said = tmp_path / "graph.pb", []
    damaged = [data[: int(random.integers(len(data)))] for _ in range(CUT)]
    for _ in range(FLIPPED):
        flipped = bytearray(data)
        for at in random.integers(len(data), size=3):
            flipped[at] ^= 1 << int(random.integers(8))
        damaged.append(bytes(flipped))
    for content in damaged:
        path.write_bytes(content)
        try:
            find(SourceGraph(load.read(path)))
        except LitemillError as error:
            said.append(str(error))
    assert len(said) > FLIPPED / 2
    assert not any("\n" in line for line in said)


def test_a_damaged_saved_model_ends_in_an_error_that_says_so(tmp_path: Path) -> None:
    folder = Stylizer(tmp_path).saved("tf2", "predict", ("style",))
    path = folder / "saved_model.pb"
    data = path.read_bytes()
    random = np.random.default_rng(0)
    refused = 0
    for _ in range(12):
        flipped = bytearray(data)
        for at in random.integers(len(data), size=8):
            flipped[at] ^= 1 << int(random.integers(8))
        path.write_bytes(flipped)
        try:
            load.freeze(folder)
        except LitemillError:
            refused += 1
    assert refused > 0
