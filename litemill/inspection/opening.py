"""A model as the user has it: a graph's file, a SavedModel's folder, an archive of either, or the address of one."""

import hashlib
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.graphs import load, saved_model
from litemill.ground.errors import SourceError
from litemill.sources import content, origin, protobuf
from litemill.sources.archive import opened as opened_archive
from litemill.sources.content import Kind
from litemill.sources.download import download
from litemill.sources.origin import default_cache
from litemill.sources.unpacking import unpack

SAVED_MODEL = "saved_model.pb"
FROZEN_GRAPH = "frozen_inference_graph.pb"


class Piece(NamedTuple):
    """A graph at hand.

    `url` is its address, or the path of a file that can be a source as it is; `file` is that file.
    """

    graph: GraphDef
    url: str = ""
    file: Path | None = None


class Opened(NamedTuple):
    """A model at hand: its one piece, or its two halves, by name; what the catalogue calls its kind."""

    name: str
    kind: Kind
    pieces: dict[str, Piece]


def opened(given: str, scratch: Path) -> Opened:
    """Open a model.

    Parameters
    ----------
    given
        A .pb, a .tar.gz, a folder (of a SavedModel, of a frozen graph, or of two halves, as SavedModels or as .tar.gz),
        or an http(s) address of a .pb or a .tar.gz, or a tfhub.dev handle.
    scratch
        Folder to unpack into.

    Raises
    ------
    SourceError, GraphError
        It is none, or can't be trusted.
    """
    if given.startswith(("http://", "https://")):
        kind, piece = _from_file(_downloaded(given), scratch)
        name = _named(Path(urlsplit(given).path))
        # a bare .pb is not a source yet: it is to be packed
        return Opened(name, kind, {name: piece._replace(url=given) if piece.file else piece})
    path = Path(given).expanduser()
    if path.is_dir():
        return _from_folder(path, scratch)
    if not path.exists():
        raise SourceError(
            f"{given}: no such file or folder",
            expected="a .pb, a .tar.gz, a SavedModel's folder or an address",
            remedy="see its name",
        )
    if path.name == SAVED_MODEL:
        return _from_folder(path.parent, scratch)
    kind, piece = _from_file(path, scratch)
    return Opened(_named(path), kind, {_named(path): piece})


def _from_folder(folder: Path, scratch: Path) -> Opened:
    """Open a folder: of one SavedModel, of a frozen graph, or of two halves."""
    name = folder.resolve().name
    if (folder / SAVED_MODEL).is_file():
        return Opened(name, "saved_model", {name: Piece(_frozen(folder))})
    if (folder / FROZEN_GRAPH).is_file():
        return Opened(name, "frozen_graph", {name: Piece(_read(folder / FROZEN_GRAPH))})
    if halves := [path.parent for path in sorted(folder.glob(f"*/{SAVED_MODEL}"))]:
        return Opened(name, "saved_model", {half.name: Piece(_frozen(half)) for half in halves})
    archives = sorted(folder.glob("*.tar.gz"))
    if not 1 <= len(archives) <= 2:  # noqa: PLR2004  one model, or its two halves
        raise SourceError(
            f"{folder}: a folder without a model",
            expected=f"{SAVED_MODEL}, {FROZEN_GRAPH}, or the two halves of a stylization",
            got=", ".join(sorted(path.name for path in folder.iterdir())[:5]) or "nothing",
            remedy="give the folder that holds one",
        )
    files = {_named(path): _from_file(path, scratch) for path in archives}
    kinds = {kind for kind, _ in files.values()}
    if len(kinds) > 1:
        raise SourceError(f"{folder}: archives of two kinds", got=", ".join(sorted(kinds)), remedy="inspect one by one")
    return Opened(name, kinds.pop(), {half: piece for half, (_, piece) in files.items()})


def _from_file(path: Path, scratch: Path) -> tuple[Kind, Piece]:
    with path.open("rb") as stream:
        head = stream.read(content.HEAD_BYTES)
    if not head.startswith(content.GZIP):
        if head[4:8] == content.TFLITE:
            raise SourceError(
                f"{path.name}: a TFLite file, converted already",
                expected="the graph that it was made of",
                remedy="inspect its .pb or SavedModel",
            )
        return "frozen_graph", Piece(_read(path))
    with opened_archive(path, path.name, scratch) as archive:
        kind: Kind = "saved_model" if any(member.name == SAVED_MODEL for member in archive.members) else "frozen_graph"
    folder = scratch / "model"
    unpack(path, kind, folder, path.name)
    graph = _frozen(folder / "saved_model") if kind == "saved_model" else _read(folder / FROZEN_GRAPH)
    return kind, Piece(graph, str(path), path)


def _named(path: Path) -> str:
    """Return a model's name: its file's, or its folder's where the file's says nothing."""
    name = re.sub(r"(\.tar)?\.gz$|\.tgz$|\.pb$", "", path.name)
    if name == Path(FROZEN_GRAPH).stem:
        return path.resolve().parent.name
    # tfhub.dev ends in a version
    return f"{path.parent.name}_{name}" if name.isdigit() else name


def _read(path: Path) -> GraphDef:
    # a text or a cut file is told in a moment, and in better words than the protobuf library's
    protobuf.require_graph(path.read_bytes(), path.name)
    return load.read(path)


def _frozen(folder: Path) -> GraphDef:
    saved_model.require_plain(folder)
    protobuf.require_saved_model((folder / SAVED_MODEL).read_bytes(), f"{folder.name}/{SAVED_MODEL}")
    return load.freeze(folder)


def _downloaded(url: str) -> Path:
    """Fetch what is at an address into the cache of downloads, under its own name; nobody knows its hash."""
    name = Path(urlsplit(url).path).name or "model"
    place = default_cache() / "inspected" / hashlib.sha256(url.encode()).hexdigest()[:16]
    target = place / name
    download(origin.addresses(url), target, _require_model)
    return target


def _require_model(file: Path) -> None:
    """Raise SourceError unless a file begins as an archive or a graph does: not as a proxy's page."""
    with file.open("rb") as stream:
        found = content.describe(stream.read(content.HEAD_BYTES))
    if found in ("an empty file", "a web page", "a text"):
        raise SourceError(
            f"{file.name}: {found}, not a model",
            expected="a .pb or a .tar.gz",
            remedy="see in a browser what the address gives",
        )
