"""Style packs: the bottlenecks of a folder of pictures in one small file, so that an app needs no predict network."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from litemill.core.errors import PictureError
from litemill.runtime import Model
from litemill.tasks import pictures, stylization
from litemill.tasks.pictures import Floats

ENDINGS = (".bmp", ".jpeg", ".jpg", ".png", ".webp")


def bottlenecks(folder: Path, predict: Path) -> dict[str, Floats]:
    """Give the bottleneck [n] of every picture of a folder, as a predict file says it, by the picture's name.

    Raises
    ------
    PictureError
        The folder holds no picture, two of the same name, or a file that is none.
    """
    found: dict[str, Floats] = {}
    model = Model(predict, 1, ("style",))
    for path in sorted(path for path in folder.glob("*") if path.suffix.lower() in ENDINGS):
        if path.stem in found:
            raise PictureError(f"{path}: another style is called {path.stem}, too", remedy="rename one of the two")
        style = stylization.prepare(pictures.read(path), model.size("style"))
        found[path.stem] = model.run({"style": style}).ravel()
    if not found:
        raise PictureError(f"{folder}: holds no picture", remedy="put some there, or change styles in params.yaml")
    return found


def packed(found: Mapping[str, Floats], predict_sha256: str) -> bytes:
    """Give a style pack in the safetensors format: names and places as JSON, then float32 values [n] each."""
    values = {name: np.ascontiguousarray(one, "<f4") for name, one in found.items()}
    return bytes(save(values, {"predict_sha256": predict_sha256}))
