"""A TFLite file as a function of arrays, in LiteRT."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from litemill.ground.errors import ArtifactError
from litemill.records.base import Tensor

Floats = npt.NDArray[np.float32]
REMEDY = "remove the file, then run: dvc repro"
DELEGATE = "DELEGATE"


class Held(msgspec.Struct, frozen=True):
    """A tensor inside a file; scale and zero point are 0 where it is not quantized as a whole."""

    index: int
    shape: tuple[int, ...]
    dtype: str
    scale: float
    zero_point: int


class Operator(msgspec.Struct, frozen=True):
    """One operator of a file; constants are among the inputs."""

    index: int
    name: str
    inputs: tuple[Held, ...]
    outputs: tuple[Held, ...]


class Model:
    """A TFLite file, ready to run.

    Parameters
    ----------
    path
        The file.
    threads
        Of the runtime's kernels.
    roles
        Roles of its inputs, needed where its tensors are not named by them (files that were not made here): each
        input is told by its number of channels and size.

    Raises
    ------
    ArtifactError
        The file is none, or the runtime refuses it.

    Examples
    --------
    >>> import litemill, numpy, pathlib
    >>> file = "data/embedded/lite-models/tensorflow/lite-model/deeplabv3/1/metadata/2.tflite"
    >>> model = litemill.Model(pathlib.Path(file), roles=("image",))
    >>> model.size("image")
    (257, 257)
    >>> model.run({"image": numpy.zeros((257, 257, 3), numpy.float32)}).shape
    (257, 257, 21)
    """

    def __init__(self, path: Path, threads: int = 1, roles: tuple[str, ...] = ()) -> None:
        try:
            self._interpreter = Interpreter(model_path=str(path), num_threads=threads)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ArtifactError(f"{path}: can't be loaded", got=error, remedy=REMEDY) from None
        self.path = path
        details = self._interpreter.get_input_details()
        self._inputs = {_role(detail, roles): detail for detail in details}
        if roles and set(self._inputs) != set(roles):
            raise ArtifactError(
                f"{path}: has other inputs",
                expected=", ".join(roles),
                got=", ".join(self._inputs),
                remedy="see its entry in data/catalog.yaml",
            )
        self._output = self._interpreter.get_output_details()[0]

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """Its inputs, in the file's order."""
        return tuple(_tensor(role, detail) for role, detail in self._inputs.items())

    @property
    def output(self) -> Tensor:
        """Its first output; the role is its name."""
        return _tensor(_plain(self._output["name"]), self._output)

    def size(self, role: str) -> tuple[int, int]:
        """Return height and width of an input."""
        shape = self._inputs[role]["shape"]
        return int(shape[1]), int(shape[2])

    def ops(self) -> dict[str, int]:
        """Count the operators of the file, the delegate's own nodes left out."""
        return dict(sorted(Counter(operator.name for operator in self.operators()).items()))

    def operators(self) -> tuple[Operator, ...]:
        """Return the operators of the file, in their order, the delegate's own nodes left out."""
        return tuple(one for one in self._nodes() if one.name != DELEGATE)

    def partitions(self) -> tuple[Operator, ...]:
        """Return the nodes that a delegate put in the place of operators."""
        return tuple(one for one in self._nodes() if one.name == DELEGATE)

    def _nodes(self) -> Iterator[Operator]:
        held = {detail["index"]: _held(detail) for detail in self._interpreter.get_tensor_details()}
        for node in self._interpreter._get_ops_details():  # noqa: SLF001  no public way
            # -1 stands for an input that is left out
            inputs, outputs = (tuple(held[one] for one in node[key] if one in held) for key in ("inputs", "outputs"))
            yield Operator(node["index"], node["op_name"], inputs, outputs)

    def feed(self, values: Mapping[str, npt.NDArray[Any]]) -> None:
        """Set the inputs by role, float32 without the batch axis, quantized where the file wants it."""
        for tensor, detail in zip(self.inputs, self._inputs.values(), strict=True):
            role, wanted = tensor.role, tensor.shape
            stored = to_stored(values[role][None], tensor)
            if stored.shape != wanted:
                raise ArtifactError(
                    f"{self.path}: input {role}",
                    expected=wanted,
                    got=stored.shape,
                    remedy="run: dvc repro",
                )
            self._interpreter.set_tensor(detail["index"], stored)

    def invoke(self) -> None:
        """Run once on what was fed."""
        try:
            self._interpreter.invoke()
        except (ValueError, RuntimeError) as error:
            raise ArtifactError(f"{self.path}: can't be run", got=error, remedy=REMEDY) from None

    def result(self) -> Floats:
        """Return the first output of the last run, float32, without the batch axis."""
        found: Floats = from_stored(self._interpreter.get_tensor(self._output["index"]), self.output)[0]
        return found

    def run(self, values: Mapping[str, npt.NDArray[Any]]) -> Floats:
        """Feed, run once and give the output."""
        self.feed(values)
        self.invoke()
        return self.result()


def to_stored(values: npt.NDArray[Any], tensor: Tensor) -> npt.NDArray[Any]:
    """Return float values in the type that a tensor has."""
    if not tensor.scale:
        return values.astype(tensor.dtype)
    limits = np.iinfo(tensor.dtype)
    stored = np.clip(np.round(values / tensor.scale) + tensor.zero_point, limits.min, limits.max)
    return np.asarray(stored, tensor.dtype)


def from_stored(stored: npt.NDArray[Any], tensor: Tensor) -> Floats:
    """Return what a tensor stores as float32."""
    values: Floats = stored.astype(np.float32)
    return (values - np.float32(tensor.zero_point)) * np.float32(tensor.scale) if tensor.scale else values


def _role(detail: dict[str, Any], roles: tuple[str, ...]) -> str:
    """Return an input's role: its name where that is a role, else the one that its shape fits."""
    name = _plain(detail["name"])
    if not roles or name in roles:
        return name
    if len(roles) == 1:
        return roles[0]
    return "bottleneck" if tuple(detail["shape"][1:3]) == (1, 1) else "content"


def _plain(name: str) -> str:
    """Take the prefix of a signature and the output's number off a tensor's name."""
    return name.removeprefix("serving_default_").split(":")[0].split(";")[0]


def _tensor(role: str, detail: dict[str, Any]) -> Tensor:
    scale, zero_point = detail["quantization"]
    return Tensor(role, detail["name"], _shape(detail), np.dtype(detail["dtype"]).name, float(scale), int(zero_point))


def _held(detail: dict[str, Any]) -> Held:
    scale, zero_point = detail["quantization"]
    return Held(detail["index"], _shape(detail), np.dtype(detail["dtype"]).name, float(scale), int(zero_point))


def _shape(detail: dict[str, Any]) -> tuple[int, ...]:
    return tuple(int(side) for side in detail["shape"])
