"""SavedModels: strangers' can touch no file, and all that exporters write is taken."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hostile
import numpy as np
import pytest
import tensorflow as tf
from hostile import SIDE, Edit
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from litemill.graphs import load, saved_model
from litemill.graphs.run import runner
from litemill.ground.errors import GraphError

IMAGE = np.random.default_rng(2).normal(size=(2, SIDE, SIDE, 3)).astype(np.float32)
Save = Callable[[Path], object]
TAKEN: dict[str, Save] = {
    "TF1 references": hostile.tensorflow_1,
    "TF1 resources": lambda folder: hostile.tensorflow_1(folder, resource=True),
    "TF1 shards": lambda folder: hostile.tensorflow_1(folder, sharded=True),
    "TF1 resources in shards": lambda folder: hostile.tensorflow_1(folder, resource=True, sharded=True),
    "TF1 parts": lambda folder: hostile.tensorflow_1(folder, parts=2),
    "TF2 module": hostile.tensorflow_2,
    "Keras export": lambda folder: hostile.keras().export(str(folder), verbose=False),
    "Keras saved": lambda folder: tf.saved_model.save(hostile.keras(), str(folder)),
}


@pytest.mark.parametrize("kind", TAKEN)
def test_what_exporters_write_computes_what_it_did(kind: str, tmp_path: Path) -> None:
    TAKEN[kind](tmp_path / "model")
    theirs = tf.saved_model.load(str(tmp_path / "model")).signatures["serving_default"]
    [key] = theirs.structured_input_signature[1]
    expected = next(iter(theirs(**{key: tf.constant(IMAGE)}).values())).numpy()
    assert np.ptp(expected) > 0.1
    ours = load.model(tmp_path / "model").signatures["serving_default"]
    np.testing.assert_array_equal(next(iter(ours(**{key: tf.constant(IMAGE)}).values())).numpy(), expected)
    graph = load.freeze(tmp_path / "model")
    [given] = [node.name for node in graph.node if node.op == "Placeholder"]
    np.testing.assert_allclose(runner(graph)({given: IMAGE}, [graph.node[-1].name])[0], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("resource", [False, True])
def test_a_module_of_tensorflow_1s_hub_computes_what_tensorflow_hub_does(tmp_path: Path, *, resource: bool) -> None:
    import tensorflow_hub  # noqa: PLC0415  it warns of its own imports

    hostile.hub_module(tmp_path / "model", resource=resource)
    theirs = tensorflow_hub.load(str(tmp_path / "model")).signatures["default"]
    expected = theirs(tf.constant(IMAGE))["default"].numpy()
    assert np.ptp(expected) > 0.1
    ours = load.model(tmp_path / "model").signatures["serving_default"]
    np.testing.assert_array_equal(ours(image=tf.constant(IMAGE))["default"].numpy(), expected)
    graph = load.freeze(tmp_path / "model")
    assert not [node.name for node in graph.node if "Variable" in node.op]
    np.testing.assert_allclose(
        runner(graph)({"image": IMAGE}, [graph.node[-1].name])[0], expected, rtol=1e-4, atol=1e-5
    )


def test_of_a_modules_graphs_only_the_one_without_tags_is_for_inference(tmp_path: Path) -> None:
    hostile.hub_module(tmp_path / "model")
    meta = saved_model.read(tmp_path / "model")
    assert list(meta.meta_info_def.tags) == []


def test_a_module_whose_checkpoint_lacks_a_variable_is_refused(tmp_path: Path) -> None:
    hostile.hub_module(tmp_path / "model")
    model = SavedModel.FromString((tmp_path / "model/saved_model.pb").read_bytes())
    for meta in model.meta_graphs:
        for node in meta.graph_def.node:
            node.name = node.name.replace("module/b", "module/absent")
            node.input[:] = [name.replace("module/b", "module/absent") for name in node.input]
            if "_class" in node.attr:
                del node.attr["_class"]
    (tmp_path / "model/saved_model.pb").write_bytes(model.SerializeToString())
    with pytest.raises(GraphError, match="the checkpoint has no value for variable 'module/absent'"):
        load.model(tmp_path / "model")


def test_two_models_with_functions_of_the_same_names_stay_apart(tmp_path: Path) -> None:
    for name, scale in {"one": 3.0, "other": 5.0}.items():
        module = hostile.Module()
        module.scale.assign(scale)
        tf.saved_model.save(module, str(tmp_path / name), signatures=module.__call__)
    one, other = (load.model(tmp_path / name) for name in ("one", "other"))
    picture = tf.constant(np.abs(IMAGE))
    first, second = (model.signatures["serving_default"](image=picture)["out"] for model in (one, other))
    assert not np.array_equal(first, second)


def restores_another_file(meta: Any, victim: Path) -> None:
    name = hostile.strings(meta.graph_def.node, "evil", str(victim / "variables" / "variables"))
    hostile.node(meta, "RestoreV2").input[0] = name


def restores_what_is_computed(meta: Any, _: Path) -> None:
    assign = hostile.node(meta, "save/Assign")
    double = meta.graph_def.node.add(name="evil", op="Add", input=[assign.input[1], assign.input[1]])
    double.attr["T"].type = tf.float32.as_datatype_enum
    assign.input[1] = "evil"


def restores_twice(meta: Any, _: Path) -> None:
    copy = meta.graph_def.node.add()
    copy.CopyFrom(hostile.node(meta, "save/Assign"))
    copy.name = "evil"
    hostile.node(meta, meta.saver_def.restore_op_name).input.append("^evil")


def starts_with(op: str) -> Edit:
    def edit(meta: Any, victim: Path) -> None:
        if op == "evil":
            hostile.saving(meta.graph_def.node, victim)
        meta.collection_def["legacy_init_op"].node_list.value.append(hostile.node(meta, op).name)

    return edit


def starts_by_signature(meta: Any, victim: Path) -> None:
    hostile.saving(meta.graph_def.node, victim)
    meta.signature_def["__saved_model_init_op"].outputs["__saved_model_init_op"].name = "evil"


def signature_waits(meta: Any, victim: Path) -> None:
    hostile.saving(meta.graph_def.node, victim)
    hostile.node(meta, "Relu").input.append("^evil")


def signature_saves(meta: Any, _: Path) -> None:
    hostile.node(meta, "Relu").input.append("^" + meta.saver_def.save_tensor_name.split(":")[0])


def function_named(name: str, *, called: bool) -> Edit:
    def edit(meta: Any, victim: Path) -> None:
        function = meta.graph_def.library.function.add()
        function.signature.name = name
        hostile.saving(function.node_def, victim, inside=True)
        if called:
            hostile.call(meta.graph_def.node, "evil", name)
            hostile.node(meta, "Relu").input.append("^evil")

    return edit


def gradient(meta: Any, victim: Path) -> None:
    function_named("innocent", called=False)(meta, victim)
    meta.graph_def.library.gradient.add(function_name="innocent", gradient_func="innocent")


def branch(meta: Any, victim: Path) -> None:
    function_named("innocent", called=False)(meta, victim)
    outer = meta.graph_def.library.function.add()
    outer.signature.name = "outer"
    hostile.call(outer.node_def, "inner", "innocent")
    op = meta.graph_def.node.add(name="evil", op="If")
    op.attr["then_branch"].func.name = op.attr["else_branch"].func.name = "outer"
    hostile.node(meta, "Relu").input.append("^evil")


def name_twice(meta: Any, _: Path) -> None:
    meta.graph_def.node.add(name="out", op="NoOp")


def huge_constant(meta: Any, _: Path) -> None:
    constant = meta.graph_def.node.add(name="evil", op="Const")
    constant.attr["value"].tensor.tensor_shape.dim.add(size=1 << 40)


def other_shape(meta: Any, _: Path) -> None:
    hostile.node(meta, "w").attr["shape"].shape.dim[0].size = 5


def no_key(meta: Any, _: Path) -> None:
    hostile.node(meta, "save/RestoreV2/tensor_names").attr["value"].tensor.string_val[0] = b"absent"


def not_restored(meta: Any, _: Path) -> None:
    hostile.node(meta, meta.saver_def.restore_op_name).input.pop()


def table(meta: Any, _: Path) -> None:
    meta.graph_def.node.add(name="table", op="HashTableV2")


def restore_function_saves(meta: Any, victim: Path) -> None:
    restore = hostile.function(meta, "traced_restore")
    hostile.saving(restore.node_def, victim, inside=True)
    restore.node_def[-1].input.append("^evil") if restore.node_def[-1].op == "NoOp" else None


def restore_function_reads_another(meta: Any, victim: Path) -> None:
    restore = hostile.function(meta, "traced_restore")
    hostile.strings(restore.node_def, "evil", str(victim / "variables" / "variables"))
    next(node for node in restore.node_def if node.op == "RestoreV2").input[0] = "evil:output:0"


def restore_calls_save(meta: Any, _: Path) -> None:
    save = hostile.node(meta, meta.saver_def.save_tensor_name.split(":")[0])
    hostile.node(meta, meta.saver_def.restore_op_name).attr["f"].func.name = save.attr["f"].func.name


def signature_calls_save(meta: Any, _: Path) -> None:
    save = hostile.node(meta, meta.saver_def.save_tensor_name.split(":")[0])
    hostile.node(meta, "StatefulPartitionedCall").attr["f"].func.name = save.attr["f"].func.name


def resource_reads(meta: Any, victim: Path) -> None:
    create = meta.graph_def.library.function.add()
    create.signature.name = "__inference__initializer"
    hostile.strings(create.node_def, "file", str(victim / "saved_model.pb"))
    create.node_def.add(name="evil", op="ReadFile", input=["file:output:0"])


def unbound(meta: Any, _: Path) -> None:
    hostile.node(meta, "StatefulPartitionedCall").input[1] = "saver_filename"


REFUSED: dict[str, tuple[Save, Edit, str]] = {
    name: (hostile.tensorflow_1, edit, said)
    for name, (edit, said) in {
        "restore waits for a save": (hostile.restore_waits(hostile.saving), "SaveV2"),
        "restore waits for a move": (hostile.restore_waits(hostile.merging), "MergeV2Checkpoints"),
        "restore of another file": (restores_another_file, "RestoreV2"),
        "restore of what is computed": (restores_what_is_computed, "the op Add"),
        "restore twice": (restores_twice, "one value from the checkpoint"),
        "initializer saves": (starts_with("evil"), "SaveV2"),
        "initializer restores": (starts_with("RestoreV2"), "RestoreV2.*an initializer that does nothing"),
        "initializer assigns": (starts_with("w/Assign"), "an initializer that does nothing"),
        "initializer of a signature": (starts_by_signature, "SaveV2"),
        "signature waits for a save": (signature_waits, "SaveV2"),
        "signature saves": (signature_saves, "SaveV2"),
        "function named as an op": (function_named("Relu", called=False), "the function Relu"),
        "function named as an op that is in use": (function_named("NoOp", called=True), "the function NoOp"),
        "function saves": (function_named("innocent", called=True), "SaveV2"),
        "function saves, unused": (function_named("innocent", called=False), "SaveV2"),
        "gradient saves": (gradient, "SaveV2"),
        "branch of a branch saves": (branch, "SaveV2"),
        "table": (table, "HashTableV2"),
        "name twice": (name_twice, "'out' stands twice"),
        "huge constant": (huge_constant, "too large"),
        "other shape": (other_shape, "no value for variable 'w': expected the shape"),
        "no key": (no_key, "no value for variable 'b': expected numbers under the key 'absent'"),
        "not restored": (not_restored, "no value for variable"),
    }.items()
} | {
    f"TF2 {name}": (hostile.tensorflow_2, edit, said)
    for name, (edit, said) in {
        "restore waits for a save": (hostile.restore_waits(hostile.saving), "SaveV2"),
        "restore waits for a move": (hostile.restore_waits(hostile.merging), "MergeV2Checkpoints"),
        "restore function saves": (restore_function_saves, "SaveV2"),
        "restore function reads another file": (restore_function_reads_another, "RestoreV2"),
        "restore calls save": (restore_calls_save, "RestoreV2"),
        "signature calls save": (signature_calls_save, "StatefulPartitionedCall|SaveV2|MergeV2"),
        "resource reads": (resource_reads, "ReadFile"),
        "signature needs what it is not given": (unbound, "needs the node 'saver_filename'"),
    }.items()
}  # fmt: skip


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[Save, Path]:
    folder = tmp_path_factory.mktemp("models")
    result = {save: folder / save.__name__ for save in (hostile.tensorflow_1, hostile.tensorflow_2)}
    for save, path in result.items():
        save(path)
    return result  # type: ignore[return-value]


@pytest.mark.parametrize("case", REFUSED)
def test_a_model_that_does_more_than_compute_is_refused_and_touches_no_file(
    case: str, models: dict[Save, Path], tmp_path: Path
) -> None:
    save, edit, said = REFUSED[case]
    victim = tmp_path / "victim"
    shutil.copytree(models[save], tmp_path / "model")
    shutil.copytree(models[save], victim)
    hostile.edited(tmp_path / "model", edit, victim)
    before = hostile.tree(tmp_path)
    with pytest.raises(GraphError, match=said) as caught:
        load.freeze(tmp_path / "model")
    assert "\n" not in str(caught.value)
    assert hostile.tree(tmp_path) == before


def test_the_models_are_taken_as_long_as_nobody_edits_them(models: dict[Save, Path]) -> None:
    for folder in models.values():
        assert load.freeze(folder).node


def test_a_model_of_several_graphs_is_refused(models: dict[Save, Path], tmp_path: Path) -> None:
    shutil.copytree(models[hostile.tensorflow_1], tmp_path / "model")
    path = tmp_path / "model" / "saved_model.pb"
    path.write_bytes(path.read_bytes() * 2)  # protobuf joins lists
    with pytest.raises(GraphError, match="several graphs: expected one graph, got 2"):
        load.freeze(tmp_path / "model")


@pytest.mark.parametrize("name", ["saved_model.pb", "variables", "variables/variables.index"])
def test_a_link_in_a_folder_of_someone_is_refused(name: str, models: dict[Save, Path], tmp_path: Path) -> None:
    shutil.copytree(models[hostile.tensorflow_1], tmp_path / "model")
    saved_model.require_plain(tmp_path / "model")
    path = tmp_path / "model" / name
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(GraphError, match=r"is a link: .* -> if it leads where you want, copy"):
        saved_model.require_plain(tmp_path / "model")


def test_a_pbtxt_beside_the_pb_is_not_read(models: dict[Save, Path], tmp_path: Path) -> None:
    shutil.copytree(models[hostile.tensorflow_1], tmp_path / "model")
    (tmp_path / "model" / "saved_model.pbtxt").write_text("no SavedModel")
    (tmp_path / "model" / "fingerprint.pb").write_bytes(b"\xff" * 9)
    assert load.freeze(tmp_path / "model") == load.freeze(models[hostile.tensorflow_1])
