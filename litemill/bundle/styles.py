"""Style packs: the bottlenecks of a folder of pictures in one small file, so that an app needs no predict network."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from litemill.runtime import Model
from litemill.tasks import images, picture_files
from litemill.tasks.images import Floats
from litemill.tasks.stylization import pixels as stylization


def bottlenecks(folder: Path, predict: Path) -> dict[str, Floats]:
    """Return the bottleneck [n] of every picture of a folder, as a predict file says it, by the picture's name.

    Raises
    ------
    PictureError
        The folder holds no picture, two of the same name, or a file that is none.
    """
    found: dict[str, Floats] = {}
    model = Model(predict, 1, ("style",))
    for name, path in picture_files.below(folder).items():
        style = stylization.prepare(images.read(path), model.size("style"))
        found[name] = model.run({"style": style}).ravel()
    return found


def packed(found: Mapping[str, Floats], predict_sha256: str) -> bytes:
    """Return a style pack in the safetensors format: names and places as JSON, then float32 values [n] each."""
    values = {name: np.ascontiguousarray(one, "<f4") for name, one in found.items()}
    return bytes(save(values, {"predict_sha256": predict_sha256}))
