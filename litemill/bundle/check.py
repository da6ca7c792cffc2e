"""Check a bundle: the bytes of every file, and what every model says to its golden vectors.

Needs nothing but NumPy and a TFLite runtime: ai-edge-litert, tflite-runtime or tensorflow. Run in the bundle's folder:
python check.py
"""

import hashlib
import importlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
MANIFEST = "manifest.json"
RUNTIMES = ("ai_edge_litert.interpreter", "tflite_runtime.interpreter", "tensorflow.lite")


def problems(folder: Path) -> list[str]:
    """Return what is wrong with a bundle, one line each; models are run only where every byte is right."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return list(_files(folder, manifest["files"])) or list(_vectors(folder, manifest["models"]))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        return [f"{MANIFEST}: can't be read: {error}"]
    except (KeyError, TypeError, AttributeError) as error:
        return [f"{MANIFEST}: is no manifest of a bundle: {error!r}"]


def run(model: Path, inputs: Mapping[str, Floats], kernels: object = None) -> Floats:
    """Return the first output of a TFLite file, float32, for inputs by tensor name; `kernels` are the runtime's."""
    chosen = {} if kernels is None else {"experimental_op_resolver_type": kernels}
    interpreter = _runtime().Interpreter(model_path=str(model), num_threads=1, **chosen)
    interpreter.allocate_tensors()
    for detail in interpreter.get_input_details():
        interpreter.set_tensor(detail["index"], _stored(inputs[detail["name"]], detail))
    interpreter.invoke()
    detail = interpreter.get_output_details()[0]
    found = interpreter.get_tensor(detail["index"])
    scale, zero_point = detail["quantization"]
    return np.asarray((found.astype(np.float32) - zero_point) * scale if scale else found, np.float32)


def _files(folder: Path, files: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Hold every file against its size and SHA-256, and look for others."""
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(there - set(files) - {MANIFEST}):
        yield f"{name}: is not in the manifest"
    for name, file in sorted(files.items()):
        if name not in there:
            yield f"{name}: is missing"
            continue
        data = (folder / name).read_bytes()
        if len(data) != file["size_bytes"]:
            yield f"{name}: has {len(data)} bytes, expected {file['size_bytes']}"
        elif hashlib.sha256(data).hexdigest() != file["sha256"]:
            yield f"{name}: has other bytes than the manifest says"


def _vectors(folder: Path, models: list[Mapping[str, Any]]) -> Iterator[str]:
    """Run every model on its golden inputs, and hold what it says against the expected output."""
    for model in models:
        golden, name = model["golden"], model["file"]
        try:
            inputs = {tensor: _read(folder / file) for tensor, file in golden["inputs"].items()}
            expected, found = _read(folder / golden["output"]), run(folder / name, inputs)
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            yield f"{name}: can't be run on its golden vectors: {error}"
            continue
        if found.shape != expected.shape:
            yield f"{name}: gives {found.shape}, expected {expected.shape}"
            continue
        off = np.abs(found - expected)
        for word, value, key in (("mean", off.mean(), "mean_error"), ("largest", off.max(), "max_error")):
            if not value <= golden[key]:  # NaN is wrong, too
                yield f"{name}: {word} error of its golden output is {value:.6g}, {golden[key]:g} is allowed"


def _read(path: Path) -> Floats:
    return np.asarray(np.load(path, allow_pickle=False), np.float32)


def _stored(values: Floats, detail: Mapping[str, Any]) -> npt.NDArray[Any]:
    """Return real values in the type that an input has."""
    scale, zero_point = detail["quantization"]
    if not scale:
        return values.astype(detail["dtype"])
    limits = np.iinfo(detail["dtype"])
    stored = np.clip(np.round(values / scale) + zero_point, limits.min, limits.max)
    return np.asarray(stored, detail["dtype"])


def _runtime() -> Any:  # noqa: ANN401  whichever there is
    for name in RUNTIMES:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise RuntimeError("no TFLite runtime: pip install ai-edge-litert")


if __name__ == "__main__":
    found = problems(Path(__file__).resolve().parent)
    print("\n".join(found) or "all files and golden vectors are as the manifest says")
    sys.exit(1 if found else 0)
