"""SavedModels of TensorFlow 1 and 2, and what someone who means harm would write into them."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

tf1 = tf.compat.v1
Meta = tf1.MetaGraphDef
Edit = Callable[[Any, Path], None]
SIDE = 8
WEIGHTS = np.random.default_rng(0).normal(size=(3, 3, 3, 4)).astype(np.float32)


def tensorflow_1(folder: Path, *, resource: bool = False, sharded: bool = False, parts: int = 1) -> None:
    """Save a convolution as TensorFlow 1 does, its variables by reference or as resources."""
    with tf.Graph().as_default(), tf1.Session() as session:
        image = tf1.placeholder(tf.float32, [None, SIDE, SIDE, 3], name="image")
        partitioner = tf1.fixed_size_partitioner(parts, axis=3) if parts > 1 else None
        start = tf1.constant_initializer(WEIGHTS) if parts == 1 else tf1.random_normal_initializer(seed=3)
        weights = tf1.get_variable(
            "w", WEIGHTS.shape, initializer=start, use_resource=resource, partitioner=partitioner
        )
        bias = tf1.get_variable("b", initializer=np.arange(4, dtype=np.float32), use_resource=resource)
        out = tf.nn.relu(tf.nn.conv2d(image, weights, 1, "SAME") + bias, name="out")
        session.run(tf1.global_variables_initializer())
        signature = tf1.saved_model.predict_signature_def({"image": image}, {"out": out})
        builder = tf1.saved_model.Builder(str(folder))
        builder.add_meta_graph_and_variables(
            session, ["serve"], {"serving_default": signature}, saver=tf1.train.Saver(sharded=sharded)
        )
        builder.save()


def hub_module(folder: Path, *, resource: bool = False) -> None:
    """Save a convolution as TensorFlow 1's Hub does: for inference and training, no saver, the signature "default"."""
    model = SavedModel(saved_model_schema_version=1)
    for training in (False, True):
        with tf.Graph().as_default(), tf1.Session() as session:
            image = tf1.placeholder(tf.float32, [None, SIDE, SIDE, 3], name="image")
            weights = tf1.get_variable("module/w", initializer=WEIGHTS, use_resource=resource)
            bias = tf1.get_variable("module/b", initializer=np.arange(4, dtype=np.float32), use_resource=resource)
            out = tf.nn.relu(tf.nn.conv2d(image, weights, 1, "SAME") + bias, name="out")
            meta = model.meta_graphs.add()
            meta.CopyFrom(tf1.train.export_meta_graph(clear_devices=True))
            signature = tf1.saved_model.predict_signature_def({"image": image}, {"default": out})
            meta.signature_def["default"].CopyFrom(signature)
            meta.meta_info_def.ClearField("tags")
            if training:
                meta.meta_info_def.tags.append("train")
                continue
            session.run(tf1.global_variables_initializer())
            (folder / "variables").mkdir(parents=True)
            tf1.train.Saver().save(
                session, str(folder / "variables/variables"), write_meta_graph=False, write_state=False
            )
    (folder / "saved_model.pb").write_bytes(model.SerializeToString())
    (folder / "tfhub_module.pb").write_bytes(b"\x08\x03")  # its format, 3


class Module(tf.Module):  # type: ignore[misc]
    """A convolution with a function in a function, a branch, and a constant from outside."""

    def __init__(self) -> None:
        super().__init__()
        self.weights, self.scale, self.bias = (
            tf.Variable(WEIGHTS),
            tf.Variable(3.0),
            tf.constant(np.arange(4.0, dtype="f4")),
        )

    @tf.function  # type: ignore[untyped-decorator]
    def inner(self, image: Any) -> Any:
        return tf.nn.conv2d(image, self.weights, 1, "SAME") + self.bias

    @tf.function(input_signature=[tf.TensorSpec([None, SIDE, SIDE, 3], tf.float32, "image")])  # type: ignore[untyped-decorator]
    def __call__(self, image: Any) -> Any:
        out = self.inner(image)
        return {"out": tf.cond(tf.reduce_mean(out) > 0, lambda: out * self.scale, lambda: out)}


def tensorflow_2(folder: Path) -> None:
    """Save a tf.Module."""
    module = Module()
    tf.saved_model.save(module, str(folder), signatures=module.__call__)


def keras() -> Any:
    """Make a small Keras model whose numbers are not those that it starts with."""
    image = tf.keras.Input([SIDE, SIDE, 3])
    values = tf.keras.layers.BatchNormalization()(tf.keras.layers.Conv2D(4, 3, padding="same")(image))
    model = tf.keras.Model(image, tf.keras.layers.Conv2D(2, 1)(tf.keras.layers.ReLU()(values)))
    random = np.random.default_rng(1)
    model.set_weights([random.uniform(0.5, 1, value.shape) for value in model.get_weights()])
    return model


def edited(folder: Path, edit: Edit, victim: Path) -> None:
    """Change the graph of a SavedModel."""
    path, model = folder / "saved_model.pb", SavedModel()
    model.ParseFromString(path.read_bytes())
    edit(model.meta_graphs[0], victim)
    path.write_bytes(model.SerializeToString())


def tree(folder: Path) -> dict[str, str]:
    """Return all that is below a folder, with the SHA-256 of the files."""
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "" for path in walk(folder)}


def walk(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.rglob("*")))


def strings(nodes: Any, name: str, *values: str) -> str:
    """Add a constant of strings to the nodes of a graph or a function."""
    node = nodes.add(name=name, op="Const")
    node.attr["dtype"].type = tf.string.as_datatype_enum
    node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(list(values) if len(values) != 1 else values[0]))
    return name


def saving(nodes: Any, victim: Path, *, inside: bool = False, name: str = "evil") -> None:
    """Add an op that writes files at `victim`."""
    out = ":output:0" if inside else ""
    names = np.array(["x"]), np.array([""])
    prefix = strings(nodes, f"{name}/prefix", str(victim / "written"))
    for key, value in zip(("names", "slices"), names, strict=True):
        node = nodes.add(name=f"{name}/{key}", op="Const")
        node.attr["dtype"].type = tf.string.as_datatype_enum
        node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value))
    node = nodes.add(name=f"{name}/value", op="Const")
    node.attr["dtype"].type = tf.float32.as_datatype_enum
    node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(1.0))
    op = nodes.add(name=name, op="SaveV2")
    op.input.extend([prefix + out, f"{name}/names{out}", f"{name}/slices{out}", f"{name}/value{out}"])
    op.attr["dtypes"].list.type.append(tf.float32.as_datatype_enum)


def merging(nodes: Any, victim: Path) -> None:
    """Add an op that moves the checkpoint at `victim` away."""
    node = nodes.add(name="evil/from", op="Const")
    node.attr["dtype"].type = tf.string.as_datatype_enum
    node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto([str(victim / "variables" / "variables")]))
    to = strings(nodes, "evil/to", str(victim / "moved"))
    op = nodes.add(name="evil", op="MergeV2Checkpoints", input=["evil/from", to])
    op.attr["delete_old_dirs"].b = True


def node(meta: Any, name: str) -> Any:
    """Return a node by its name, or the only one of an op."""
    return next(one for one in meta.graph_def.node if name in (one.name, one.op))


def function(meta: Any, part: str) -> Any:
    """Return the function whose name holds a text."""
    return next(one for one in meta.graph_def.library.function if part in one.signature.name)


def call(nodes: Any, name: str, called: str) -> None:
    """Add a call of a function without arguments."""
    op = nodes.add(name=name, op="StatefulPartitionedCall")
    op.attr["f"].func.name = called


def restore_waits(add: Callable[[Any, Path], None]) -> Edit:
    def edit(meta: Any, victim: Path) -> None:
        add(meta.graph_def.node, victim)
        node(meta, meta.saver_def.restore_op_name).input.append("^evil")

    return edit
