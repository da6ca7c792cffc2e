"""Whether a file gives the right answer on the device and the delegate that it is timed on."""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from litemill.devices.plan import Item
from litemill.ground import process
from litemill.runtime import Floats, Model, from_stored, to_stored
from litemill.settings.recipe import Tolerance
from litemill.tasks import judge
from litemill.tasks.case import Case, Figures
from litemill.tasks.registry import task_of

# of a picture that the file itself, on the host, judges worse than the mean that a tolerance is for
SHARE_OF_HOST = 0.98


class _Told:
    """A file whose output has come from elsewhere."""

    def __init__(self, model: Model, output: bytes) -> None:
        self._model, self._output = model, output

    def size(self, role: str) -> tuple[int, int]:
        return self._model.size(role)

    def run(self, _values: Mapping[str, npt.NDArray[Any]]) -> Floats:
        tensor = self._model.output
        stored = np.frombuffer(self._output, tensor.dtype).reshape(tensor.shape)
        found: Floats = from_stored(stored, tensor)[0]
        return found


class Check:
    """The first evaluation picture of a network through one of its files.

    Parameters
    ----------
    item
        The file.
    recipe
        Its recipe's tolerance.
    """

    def __init__(self, item: Item, recipe: Tolerance) -> None:
        case = judge.case_of(item.network)
        self._case = _first(case)
        self._model = Model(item.file, process.CORES, task_of(case.settings).inputs)
        self._tolerance = item.configuration.tolerance or recipe

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shapes of the inputs, in the file's order."""
        return tuple(tensor.shape for tensor in self._model.inputs)

    def inputs(self) -> list[bytes]:
        """Return the inputs as the file stores them, in its order."""
        return [to_stored(self._case.inputs[one.role], one).tobytes() for one in self._model.inputs]

    def judged(self, output: bytes) -> tuple[Figures, str]:
        """Return the figures of what came out on the device, and what is below the least; empty if nothing is."""
        tensor = self._model.output
        wanted = int(np.prod(tensor.shape)) * np.dtype(tensor.dtype).itemsize
        if len(output) != wanted:
            return {}, f"gave {len(output)} bytes where its output has {wanted}"
        if not np.isfinite(from_stored(np.frombuffer(output, tensor.dtype), tensor)).all():
            return {}, "gave values that are no numbers"
        figures = judge.judge(_Told(self._model, output), self._case).metrics
        host = judge.judge(self._model, self._case).metrics
        floors = {name: least for name, least in msgspec.structs.asdict(self._tolerance).items() if least is not None}
        below = [
            f"{name} {figures[name]:.6g} is below {floor:.6g}"
            for name, floor in (
                (name, min(floors[name], SHARE_OF_HOST * host[name])) for name in floors if name in host
            )
            if figures[name] < floor
        ]
        return {name: figures[name] for name in floors if name in figures}, "; ".join(below)


def _first(case: Case) -> Case:
    """Cut a case down to its first picture, without a ground truth."""
    reference = {name: array if name.startswith("labels_") else array[:1] for name, array in case.reference.items()}
    return msgspec.structs.replace(
        case, truth={}, names=case.names[:1], inputs={role: array[:1] for role, array in case.inputs.items()},
        reference=reference,
    )  # fmt: skip
