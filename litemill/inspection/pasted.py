"""The catalogue entry of a model, ready to be pasted: what is found filled in, what only its owner knows marked."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import yaml

from litemill.core import files, paths
from litemill.graphs.found import Found
from litemill.sources.content import Kind

MAX_NAME = 100
UNKNOWN_LICENCE = "LicenseRef-unknown"


def entry(name: str, kind: Kind, url: str, found: Found, classes: int | None, file: Path | None = None) -> str:
    """Write an entry of `data/catalog.yaml`.

    Parameters
    ----------
    name
        Of the model's file or folder.
    kind
        As the catalogue has it.
    url
        Its address, or the path of its archive; empty where it is no archive yet.
    found
        Its cuts.
    classes
        Number of labels, if known.
    file
        The archive, if it is one.
    """
    key = re.sub(r"[^A-Za-z0-9_-]+", "_", name)[:MAX_NAME].strip("_") or "model"
    mirror = urlsplit(url).path.lstrip("/") if "://" in url else f"models/{key}.tar.gz"
    lines = [
        f"{key}:",
        f"  kind: {kind}",
        f"  url: {_flow(url or f'{key}.tar.gz')}" + ("" if url else _packing(kind)),
        f"  mirror: {_flow(mirror)}",
        *([f"  sha256: {files.sha256(file)}", f"  size_bytes: {file.stat().st_size}"] if file else []),
        f"  licence: {UNKNOWN_LICENCE} # its SPDX name",
        f"  task: {found.task}",
    ]
    lines += [f"  part: {found.part}"] if found.part else []
    lines += [_labels(classes)] if found.task == "segmentation" else []
    if found.crop is not None:
        crop = msgspec.to_builtins(found.crop)
        unset = {field.name: field.default for field in msgspec.structs.fields(found.crop)}
        lines.append("  crop: " + _flow({key: value for key, value in crop.items() if value != unset[key]}))
    return "\n".join([*lines, f"  cut: {_flow(found.cut)}"]) + "\n"


def _packing(kind: Kind) -> str:
    inside = "frozen_inference_graph.pb" if kind == "frozen_graph" else "saved_model.pb and variables/"
    return f" # an address or a path: a .tar.gz with {inside}"


def _labels(classes: int | None) -> str:
    """Name the file of labels with as many lines as there are classes."""
    fitting = [
        path.name for path in sorted(paths.LABELS.glob("*.txt")) if len(path.read_text().splitlines()) == classes
    ]
    if fitting:
        return f"  labels: {fitting[0]} # {classes} classes"
    return f"  # labels: a file in {paths.LABELS} with {classes or 'a class on each of its'} lines"


def _flow(value: object) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10**6, allow_unicode=True)
    return text.removesuffix("...\n").strip()
