"""Models that come whole from a server and are not to be trusted: what the user sees, as docs/downloads.md has it."""

import io
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from litemill.graphs.find import find
from litemill.graphs.graph import SourceGraph
from litemill.graphs.load import frozen
from litemill.ground import project
from litemill.ground.errors import LitemillError
from litemill.sources.fetch import fetch as fetch_source
from litemill.sources.transfer import Limits
from sources import making
from sources.making import GRAPH_NAME, MIRROR, NAME
from sources.misbehaving import Server, body

sys.path.insert(0, str(Path(__file__).parents[1] / "graphs"))
import hostile
from deeplabs import Deeplab
from stylizers import Stylizer

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "downloads.md"
BASE = "http://mirror.example"
CUTS = 10
Made = Callable[[Path], bytes]


def packed(folder: Path) -> bytes:
    """Pack a folder as it would be published."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        archive.add(folder, NAME)
    return stream.getvalue()


def writes_a_file(_: Path) -> bytes:
    graph = Deeplab().graph()
    graph.node.add(name="hidden", op="WriteFile")
    return making.tar_gz((GRAPH_NAME, graph.SerializeToString()))


def misses_an_input(_: Path) -> bytes:
    graph = Deeplab().graph()
    kept = [node for node in graph.node if node.name != "ResizeBilinear_2"]
    del graph.node[:]
    graph.node.extend(kept)
    return making.tar_gz((GRAPH_NAME, graph.SerializeToString()))


def has_no_signature(folder: Path) -> bytes:
    tf.saved_model.save(tf.Module(), str(folder / "model"))
    return packed(folder / "model")


def has_no_variables(folder: Path) -> bytes:
    saved = Stylizer(folder).saved("tf2", "predict", ("style",))
    for path in (saved / "variables").iterdir():
        path.unlink()
    return packed(saved)


def restores(add: Callable[[Any, Path], None]) -> Made:
    """Make a model whose restore op waits for an op of files."""

    def made(folder: Path) -> bytes:
        hostile.tensorflow_1(folder / "model")
        shutil.copytree(folder / "model", folder / "victim")
        hostile.edited(folder / "model", hostile.restore_waits(add), folder / "victim")
        return packed(folder / "model")

    return made


CASES: dict[str, Made] = {
    "SavedModel that writes as its variables are restored": restores(hostile.saving),
    "SavedModel that moves another's checkpoint": restores(hostile.merging),
    "graph with WriteFile": writes_a_file,
    "graph with a missing input": misses_an_input,
    "SavedModel without signatures": has_no_signature,
    "SavedModel without variables": has_no_variables,
}


def taken(data: bytes, kind: str, server: Server, limits: Limits) -> None:
    """Do what the build does with a source: fetch it, freeze it, look for its cuts."""
    server.answers[f"/{MIRROR}"] = [body(data)]
    entry, folder = making.entry(kind=kind), project.source(NAME)
    fetch_source(entry, NAME, server.base, folder, limits)
    find(SourceGraph(frozen(folder, entry)))


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize("name", list(CASES))
def test_the_user_sees_what_the_docs_say(name: str, server: Server, limits: Limits, tmp_path: Path) -> None:
    rows = dict(re.findall(r"^\| ([^|]+) \| `?([^|]+?)`? \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    kind = "saved_model" if name.startswith("SavedModel") else "frozen_graph"
    (theirs := tmp_path / "theirs").mkdir()
    data, before = CASES[name](theirs), hostile.tree(theirs)
    with pytest.raises(LitemillError) as caught:
        taken(data, kind, server, limits)
    assert hostile.tree(theirs) == before
    assert str(caught.value).replace(server.base, BASE).replace("`", "") == rows[name]


@pytest.mark.usefixtures("checkout")
def test_a_protobuf_cut_at_any_place_is_refused(server: Server, limits: Limits) -> None:
    data = Deeplab().graph().SerializeToString()
    for place in np.random.default_rng(0).integers(len(data), size=CUTS):
        project.SOURCES_LOCK.unlink(
            missing_ok=True
        )  # one cut between two nodes is whole to the wire format, and pinned
        archive = making.tar_gz((GRAPH_NAME, data[: int(place)]))
        with pytest.raises(LitemillError, match=r"cut short|empty graph|is used by|does not fit|no picture|no network"):
            taken(archive, "frozen_graph", server, limits)


@pytest.mark.build
@pytest.mark.parametrize(
    ("save", "add"), [(hostile.tensorflow_1, hostile.saving), (hostile.tensorflow_2, hostile.merging)]
)
def test_to_inspect_a_folder_that_is_hostile_touches_no_file(
    save: Callable[[Path], None], add: Callable[[Any, Path], None], tmp_path: Path
) -> None:
    save(tmp_path / "model")
    shutil.copytree(tmp_path / "model", tmp_path / "victim")
    hostile.edited(tmp_path / "model", hostile.restore_waits(add), tmp_path / "victim")
    before = hostile.tree(tmp_path)
    ended = subprocess.run(
        [sys.executable, "-m", "litemill", "inspect", str(tmp_path / "model")],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (1, "")
    assert re.fullmatch(r"[^\n]*the op \w+ of node 'evil' is refused: [^\n]*\n", ended.stderr)
    assert hostile.tree(tmp_path) == before
