"""What the build takes from a source's file, under names of its own, in a fresh folder."""

import re
import shutil
from pathlib import Path, PurePosixPath

from litemill.ground import io
from litemill.ground.errors import SourceError, from_os
from litemill.sources import content, flatbuffer, protobuf
from litemill.sources.archive import Archive, Members, opened
from litemill.sources.content import Kind

FROZEN_GRAPH = PurePosixPath("frozen_inference_graph.pb")
SAVED_MODEL = PurePosixPath("saved_model")
TFLITE = PurePosixPath("model.tflite")
_GRAPH_OF_SAVED_MODEL = "saved_model.pb"
_SHARD = re.compile(r"variables\.data-(\d{5})-of-(\d{5})")
# how a graph says that it has variables: of TF2, and of TF1 by value and by reference
_VARIABLE_OPS = (b"VarHandleOp", b"VariableV2")


def unpack(file: Path, kind: Kind, into: Path, label: str | None = None) -> dict[str, str]:
    """Put what the build needs of `file` into the folder `into`, which is whole or as it was before.

    Parameters
    ----------
    file
        A .tar.gz (`frozen_graph`, `saved_model`) or a TFLite file (`tflite`).
    kind
        As the catalogue has it.
    into
        Folder of the source: gets `frozen_inference_graph.pb`, `saved_model/{saved_model.pb,variables/...}` or
        `model.tflite`.
    label
        Names the source in messages; its folder's name if left out.

    Returns
    -------
    dict
        Path below `into` to SHA-256.

    Raises
    ------
    SourceError
        Where the file is cut, hostile, or not of its kind.
    """
    label = label or into.name
    try:
        content.require(file, kind, label)
        with io.replacing(into) as new:
            new.mkdir()
            if kind == "tflite":
                flatbuffer.require_model(file.read_bytes(), label)
                shutil.copyfile(file, new / TFLITE)
            else:
                with opened(file, label, new.parent) as archive:
                    (_frozen_graph if kind == "frozen_graph" else _saved_model)(archive, new)
            return {path.relative_to(new).as_posix(): io.sha256(path)
                    for path in sorted(new.rglob("*")) if path.is_file()}  # fmt: skip
    except OSError as error:
        raise from_os(error) from None


def _frozen_graph(archive: Archive, new: Path) -> None:
    """Take the frozen graph: the one of the exporter's name, else the only .pb that there is."""
    named = [name for name in archive.members if name.name == FROZEN_GRAPH.name]
    others = [name for name in archive.members if name.suffix == ".pb"
              and not name.name.startswith("._") and name.name != _GRAPH_OF_SAVED_MODEL]  # fmt: skip
    graph = _only(named or others, archive, "frozen graph (frozen_inference_graph.pb)")
    target = new / FROZEN_GRAPH
    archive.copy(graph, target)
    protobuf.require_graph(target.read_bytes(), f"{archive.label}: {graph}")


def _saved_model(archive: Archive, new: Path) -> None:
    """Take a SavedModel: its graph and its variables, neither assets nor anything else."""
    graph = _only([name for name in archive.members if name.name == _GRAPH_OF_SAVED_MODEL], archive,
                  "SavedModel (saved_model.pb)")  # fmt: skip
    target = new / SAVED_MODEL
    archive.copy(graph, target / graph.name)
    data = (target / graph.name).read_bytes()
    protobuf.require_saved_model(data, f"{archive.label}: {graph}")
    variables = _variables(archive.members, graph.parent / "variables")
    if _incomplete(variables) or (not variables and any(op in data for op in _VARIABLE_OPS)):
        raise SourceError(f"{archive.label}: the SavedModel's variables are not all there",
                          expected="variables.index and every variables.data-*-of-*",
                          got=", ".join(name.name for name in variables) or "none",
                          remedy="pack the whole SavedModel folder again")  # fmt: skip
    for name in variables:
        archive.copy(name, target / "variables" / name.name)


def _only(candidates: list[PurePosixPath], archive: Archive, wanted: str) -> PurePosixPath:
    """Return the one candidate; SourceError that names what there is where there is none or another."""
    if len(candidates) == 1:
        return candidates[0]
    names = sorted(map(str, candidates or archive.members))
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if names[5:] else "")
    raise SourceError(f"{archive.label}: {'two graphs' if candidates else 'an archive without a graph'}",
                      expected=f"one {wanted}", got=shown or "no file at all",
                      remedy="see `kind` of its catalogue entry, or pack the one graph alone")  # fmt: skip


def _variables(members: Members, folder: PurePosixPath) -> list[PurePosixPath]:
    return sorted(name for name in members if name.parent == folder
                  and (name.name == "variables.index" or _SHARD.fullmatch(name.name)))  # fmt: skip


def _incomplete(variables: list[PurePosixPath]) -> bool:
    """Tell whether the index or a shard is missing; no variables at all are none missing."""
    shards = [match for name in variables if (match := _SHARD.fullmatch(name.name))]
    whole = len(shards) + 1 == len(variables) and {int(shard[2]) for shard in shards} == {len(shards)}
    return bool(variables) and not whole
