"""Golden vectors: inputs, and what a file must say to them, so that an app's test can tell that it feeds it right."""

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import OpResolverType
from PIL import Image

from litemill.bundle import check
from litemill.bundle.check import Floats
from litemill.bundle.manifest import Golden, Normalization, Port
from litemill.settings.recommend import Target
from litemill.tasks.images import Pixels

Value = npt.NDArray[np.generic]

# of the output's range, the mean and the largest error that are always allowed; a GPU computes in float16, which no
# run here measures
LEAST = {"cpu": (1e-4, 1e-3), "gpu": (5e-3, 5e-2)}
# times what the runtime's two sets of kernels differ by: those of another device differ a little more
MARGIN = 3
PLAIN = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES


def normalized(pixels: Pixels, how: Normalization) -> Floats:
    """Return what of a picture, uint8 [h, w, 3], enters a network, float32 [1, h, w, 3]."""
    return ((pixels.astype(np.float32) - np.float32(how.mean)) / np.float32(how.std))[None]


def write(folder: Path, place: str, model: Path, values: Mapping[str, Value], ports: Mapping[str, Port]) -> Golden:
    """Write the golden vectors of a file in `folder` below `place`, and give their entry of the manifest.

    Parameters
    ----------
    model
        The file, in the folder of its target.
    values
        By role: a picture, uint8 [h, w, 3], where the tensor takes one, else the tensor, [1, ...].
    ports
        The file's inputs by role.
    """
    target: Target = "gpu" if model.parent.name == "gpu" else "cpu"
    inputs, seen, arrays = {}, {}, {}
    for role, port in ports.items():
        arrays[port.name] = values[role].astype(np.float32)
        if port.normalization is not None:
            pixels = values[role].astype(np.uint8)
            arrays[port.name] = normalized(pixels, port.normalization)
            seen[port.name] = _put(folder, f"{place}/{role}.png", _png(pixels))
        inputs[port.name] = _put(folder, f"{place}/{role}.npy", _npy(arrays[port.name]))
    found = check.run(model, arrays)
    output = _put(folder, f"{place}/{target}.npy", _npy(found))
    return Golden(inputs, seen, output, *limits(target, found, check.run(model, arrays, PLAIN)))


def limits(target: Target, found: Floats, plain: Floats) -> tuple[float, float]:
    """Return by how much another runtime's output may differ: the mean and the largest error.

    A few times what XNNPACK's kernels (`found`) and the runtime's own (`plain`) differ by, and at least a share of the
    output's range.
    """
    off, extent = np.abs(found - plain), float(np.ptp(found))
    mean, largest = LEAST[target]
    return max(MARGIN * float(off.mean()), mean * extent), max(MARGIN * float(off.max()), largest * extent)


def _put(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return name


def _npy(array: Floats) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.ascontiguousarray(array, "<f4"), allow_pickle=False)
    return stream.getvalue()


def _png(pixels: Pixels) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", optimize=True)
    return stream.getvalue()
