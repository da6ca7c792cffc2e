"""The catalogue entry of a model, ready to be pasted: what is found filled in, what only its owner knows marked."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import msgspec
import yaml

from litemill.graphs.graph import Cuts
from litemill.ground import io, project
from litemill.inspection.opening import Piece
from litemill.sources.content import Kind

MAX_NAME = 100


UNKNOWN_LICENCE = "LicenseRef-unknown"


OWNERS = "yours to say: "  # begins the comment on what only the owner knows


def entry(name: str, kind: Kind, pieces: Sequence[Piece], found: Cuts, classes: int | None) -> str:
    """Write an entry of `data/catalog.yaml`.

    Parameters
    ----------
    name
        Of the model's file or folder.
    kind
        As the catalogue has it.
    pieces
        The one file of the model, or its predict and its transfer half.
    found
        Its cuts.
    classes
        Number of labels, if known.
    """
    key = re.sub(r"[^A-Za-z0-9_-]+", "_", name)[:MAX_NAME].strip("_") or "model"
    lines = [f"{_flow(key)}:", f"  kind: {kind}"]
    lines += [f"  {line}" for line in _file(f"{key}_predict" if pieces[1:] else key, kind, pieces[0])]
    if pieces[1:]:
        lines += ["  transfer:", *(f"    {line}" for line in _file(f"{key}_transfer", kind, pieces[1]))]
    lines += [f"  licence: {UNKNOWN_LICENCE} # {OWNERS}its SPDX name", f"  task: {found.task}"]
    lines += [f"  part: {found.part}"] if found.part else []
    lines += [_labels(classes)] if found.task == "segmentation" else []
    if found.crop is not None:
        crop = msgspec.to_builtins(found.crop)
        unset = {field.name: field.default for field in msgspec.structs.fields(found.crop)}
        lines.append("  crop: " + _flow({key: value for key, value in crop.items() if value != unset[key]}))
    return "\n".join([*lines, f"  cut: {_flow(found.cut)}"]) + "\n"


def _file(name: str, kind: Kind, piece: Piece) -> Iterator[str]:
    """Write where a file lies and what it is; `name` is what it might be called where it is not packed yet."""
    path = urlsplit(piece.url).path.lstrip("/") if "://" in piece.url else f"models/{name}.tar.gz"
    yield f"url: {_flow(piece.url or f'{name}.tar.gz')}" + ("" if piece.url else _packing(kind))
    yield f"mirror: {_flow(path)}"
    if piece.file:
        yield f"sha256: {io.sha256(piece.file)}"
        yield f"size_bytes: {piece.file.stat().st_size}"


def _packing(kind: Kind) -> str:
    inside = "frozen_inference_graph.pb" if kind == "frozen_graph" else "saved_model.pb and variables/"
    return f" # {OWNERS}an address or a path, of a .tar.gz with {inside}"


def _labels(classes: int | None) -> str:
    """Name the file of labels with as many lines as there are classes."""
    fitting = [
        path.name for path in sorted(project.LABELS.glob("*.txt")) if len(path.read_text().splitlines()) == classes
    ]
    if fitting:
        return f"  labels: {fitting[0]} # {classes} classes"
    return f"  labels: # {OWNERS}a file in {project.LABELS} with {f'{classes} lines' if classes else 'a class a line'}"


def _flow(value: object) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10**6, allow_unicode=True)
    return text.removesuffix("...\n").strip()
