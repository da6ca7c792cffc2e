import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
import tensorflow as tf
import yaml
from documents import sections, shown
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from litemill.delegates import gpu
from litemill.graphs.graph import Cuts
from litemill.ground.errors import SettingsError
from litemill.inspection import adding
from litemill.inspection import entry as entry_module
from litemill.inspection.inspection import Inspection, inspect
from litemill.inspection.opening import Piece
from litemill.inspection.text import text
from litemill.records.artifact import Refusal
from litemill.settings import reader
from litemill.settings.catalog import Catalog

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(Path(__file__).parent / "graphs"))
from deeplabs import Deeplab, renamed  # noqa: E402
from stylizers import Stylizer  # noqa: E402

NOTHING = Path("no-pictures")


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "litemill", "inspect", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a graph of unknown names, the same in an archive, and one that writes files."""
    folder = tmp_path_factory.mktemp("models")
    graph, _ = renamed(Deeplab().graph(shapes=False))
    (folder / "frozen_inference_graph.pb").write_bytes(graph.SerializeToString())
    with tarfile.open(folder / "mine.tar.gz", "w:gz") as archive:
        archive.add(folder / "frozen_inference_graph.pb", "mine/frozen_inference_graph.pb")
    graph.node.add(name="hidden", op="WriteFile")
    (folder / "hostile.pb").write_bytes(graph.SerializeToString())
    return folder


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.build
def test_the_command_proves_a_graph_of_unknown_names(folder: Path) -> None:
    result = command(str(folder / "frozen_inference_graph.pb"), "--json")
    assert (result.returncode, result.stderr) == (0, "")
    told = json.loads(result.stdout)
    assert (told["task"], told["refused"]) == ("segmentation", None)
    assert told["inputs"] == [{"name": told["cut"]["picture"], "shape": [1, None, None, 3], "dtype": "uint8"}]
    assert told["outputs"][0]["dtype"] == "int64"
    assert told["proof"]["label_agreement"] == 1.0
    assert told["proof"]["image_max_error"] < 1e-6
    assert told["ops"]["ArgMax"] == 1
    assert told["parameters"] > 1000


@pytest.mark.build
def test_the_command_refuses_a_hostile_graph_in_one_line(folder: Path) -> None:
    result = command(str(folder / "hostile.pb"), "--json")
    assert result.returncode == 1
    assert result.stderr.startswith("error: the op WriteFile of node 'hidden' is refused")
    assert result.stderr.count("\n") == 1
    told = json.loads(result.stdout)
    assert "WriteFile" in told["refused"]
    assert told["proof"] is None


@pytest.mark.build
def test_the_command_refuses_a_text_in_one_line() -> None:
    result = command("pyproject.toml")
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert result.stderr.startswith("error: pyproject.toml: ")


def test_the_entry_to_paste_is_one_of_the_catalogue(folder: Path) -> None:
    known = inspect(str(folder / "frozen_inference_graph.pb"), NOTHING)
    entry = catalogued(known)[folder.name]
    assert entry.cut == known.cut
    assert entry.crop == known.crop
    assert (entry.kind, entry.task) == ("frozen_graph", "segmentation")


def catalogued(known: Inspection) -> Any:
    return msgspec.convert(yaml.safe_load(known.entry), Catalog)


@pytest.mark.parametrize("name", ["mine.tar.gz", "frozen_inference_graph.pb"])
def test_an_address_is_fetched(
    name: str, address: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITEMILL_CACHE", str(tmp_path / "cache"))
    for place in ("here", "there"):
        (tmp_path / place).mkdir()
    here = inspect(str(folder / name), NOTHING)
    there = inspect(f"{address}/{name}", NOTHING)
    assert there.refused is None
    assert (there.cut, there.proof) == (here.cut, here.proof)
    given = catalogued(there)
    url = next(iter(given.values())).url
    assert url == (f"{address}/{name}" if name.endswith(".tar.gz") else "model.tar.gz")


def test_an_archive_is_unpacked(folder: Path) -> None:
    known = inspect(str(folder / "mine.tar.gz"), NOTHING)
    assert known.refused is None
    assert list(catalogued(known)) == ["mine"]


def test_a_page_of_a_proxy_is_refused(
    address: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITEMILL_CACHE", str(tmp_path / "cache"))
    (folder / "page.pb").write_text("<html>log in</html>")
    known = inspect(f"{address}/page.pb", NOTHING)
    assert known.refused is not None
    assert "a web page" in known.refused


@pytest.mark.parametrize("kind", ["tf1", "tf2"])
def test_a_saved_model_is_told(kind: str, tmp_path: Path) -> None:
    known = inspect(str(Stylizer(tmp_path).saved(kind, "whole", ("content", "style"))), NOTHING)
    assert (known.task, known.refused) == ("stylization", None)
    assert set(known.gpu) == {"predict", "transfer"}
    assert catalogued(known)["whole"].cut == known.cut


@pytest.mark.parametrize("packed", [False, True])
def test_two_halves_in_one_folder_are_told_as_one_source(*, packed: bool, tmp_path: Path) -> None:
    stylizer = Stylizer(tmp_path)
    # names that say nothing, in the wrong order
    for name, half, inputs in (("b", "predict", ("style",)), ("a", "transfer", ("content", "bottleneck"))):
        saved = stylizer.saved("tf1", half, inputs).rename(tmp_path / "tf1" / name)
        if packed:
            with tarfile.open(tmp_path / "tf1" / f"{name}.tar.gz", "w:gz") as archive:
                archive.add(saved, "model")
            shutil.rmtree(saved)
    known = inspect(str(tmp_path / "tf1"), NOTHING)
    assert (known.task, known.part, known.refused) == ("stylization", None, None)
    assert set(known.gpu) == {"predict", "transfer"}
    (entry,) = catalogued(known).values()
    assert (entry.cut, entry.part) == (known.cut, None)
    files = [Path(one.url) for one in entry.halves().values()]
    assert [file.name for file in files] == (
        ["b.tar.gz", "a.tar.gz"] if packed else ["tf1_predict.tar.gz", "tf1_transfer.tar.gz"]
    )
    hashes = [hashlib.sha256(file.read_bytes()).hexdigest() if packed else None for file in files]
    assert [one.sha256 for one in entry.halves().values()] == hashes


@pytest.mark.parametrize("packed", [False, True])
def test_a_module_of_tensorflow_1s_hub_is_inspected_as_a_saved_model_is(tmp_path: Path, *, packed: bool) -> None:
    folder = Stylizer(tmp_path).saved("tf1", "predict", ("style",))
    before = inspect(str(folder), NOTHING)
    model = SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    (meta,) = model.meta_graphs
    meta.signature_def["default"].CopyFrom(meta.signature_def.pop("serving_default"))
    # such a module has no saver
    meta.ClearField("saver_def")
    kept = [node for node in meta.graph_def.node if not node.name.startswith("save/")]
    del meta.graph_def.node[:]
    meta.graph_def.node.extend(kept)
    meta.meta_info_def.ClearField("tags")
    (folder / "saved_model.pb").write_bytes(model.SerializeToString())
    (folder / "tfhub_module.pb").write_bytes(b"\x08\x03")
    if packed:
        with tarfile.open(tmp_path / "module.tar.gz", "w:gz") as archive:
            archive.add(folder, ".")
    known = inspect(str(tmp_path / "module.tar.gz" if packed else folder), NOTHING)
    assert (known.task, known.part, known.refused) == ("stylization", "predict", None)
    assert (known.cut, known.proof) == (before.cut, before.proof)


def test_what_is_known_ahead_of_a_refusal_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "graph.pb"
    path.write_bytes(Deeplab(reverse=True).graph().SerializeToString())
    known = inspect(str(path), NOTHING)
    assert known.refused is not None
    assert known.inputs[0].name == "ImageTensor"
    assert "ImageTensor uint8 [1, ?, ?, 3]" in text(known)


@pytest.mark.parametrize("given", ["nowhere.pb", "tests", "data/embedded/lite-models"])
def test_what_is_no_model_is_refused(given: str) -> None:
    known = inspect(str(ROOT / given), NOTHING)
    assert known.refused is not None
    assert known.proof is None


def test_the_text_tells_every_section(folder: Path) -> None:
    known = inspect(str(folder / "frozen_inference_graph.pb"), NOTHING)
    told = text(known)
    for title in (
        "inputs",
        "outputs",
        "cut",
        "outside the cut",
        "proof",
        "parameters",
        "ops",
        "would not run on a GPU delegate",
    ):
        assert f"\n{title}:\n" in told


def test_what_is_to_be_pasted_is_an_entry_as_it_stands(folder: Path) -> None:
    known = inspect(str(folder / "frozen_inference_graph.pb"), NOTHING)
    pasted = text(known).partition("\nto paste into data/catalog.yaml (--add does it):\n")[2]
    assert msgspec.convert(yaml.safe_load(pasted), Catalog) == catalogued(known)


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a catalogue of the test's own, in whose repository it runs."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "data/catalog.yaml"
    path.parent.mkdir()
    path.write_bytes((ROOT / "data/catalog.yaml").read_bytes())
    return path


def own(name: str) -> str:
    return entry_module.entry(name, "frozen_graph", [Piece(GraphDef())], Cuts("segmentation", {"image": "a"}, "b"), 7)


@pytest.mark.parametrize("end", ["", "\n", "\n# the end"])
@pytest.mark.parametrize("name", ["mine", "123", "null", "a b"])
def test_an_entry_is_added_and_the_rest_stays_byte_for_byte(name: str, end: str, catalogue: Path) -> None:
    before = catalogue.read_text().rstrip() + end
    catalogue.write_text(before)
    old = reader.read(catalogue, Catalog)
    said = adding.add(own(name))
    after = catalogue.read_text()
    assert after.startswith(before)
    assert after.endswith(own(name))
    new = reader.read(catalogue, Catalog)
    (key,) = new.keys() - old.keys()
    assert new == old | {key: new[key]}
    assert said == f"data/catalog.yaml: {key} added; yours to say there: url, licence, labels"
    assert list(catalogue.parent.iterdir()) == [catalogue]


@pytest.mark.parametrize(
    ("given", "says"),
    [("", "there is an entry 'mine' already -> remove"), ("  {}\n", "is not YAML")],
    ids=["there already", "no catalogue"],
)
def test_what_can_not_be_added_leaves_the_catalogue_as_it_is(given: str, says: str, catalogue: Path) -> None:
    catalogue.write_text(given or own("mine"))
    before = catalogue.read_bytes()
    with pytest.raises(SettingsError, match=r"^data/catalog\.yaml: ") as error:
        adding.add(own("mine"))
    assert says in str(error.value)
    assert "\n" not in str(error.value)
    assert catalogue.read_bytes() == before
    assert list(catalogue.parent.iterdir()) == [catalogue]


@pytest.mark.build
@pytest.mark.parametrize("title", ["A DeepLab archive", "A Magenta SavedModel"])
def test_the_document_shows_what_is_printed(title: str) -> None:
    (block,) = sections(ROOT / "docs/inspect.md")[title]
    line, _, told = block.text.partition("\n")
    result = command(line.rpartition(" ")[2])
    assert line.startswith("$ python -m litemill inspect ")
    assert (result.returncode, result.stderr) == (0, "")
    shown(told, result.stdout, {"largest error ": "it differs from CPU to CPU"})


@pytest.mark.build
def test_a_model_that_is_refused_is_not_added(folder: Path) -> None:
    before = (ROOT / "data/catalog.yaml").read_bytes()
    result = command(str(folder / "hostile.pb"), "--add")
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert (ROOT / "data/catalog.yaml").read_bytes() == before


def test_the_gpu_rules_name_what_they_refuse() -> None:
    def body(values: Any) -> Any:
        padded = tf.pad(values, [[0, 0], [1, 1], [1, 1], [0, 0]], "SYMMETRIC")
        return tf.argmax(padded * 2.0, 3), tf.reduce_mean(values, [1, 2])

    model = tf.function(body, input_signature=[tf.TensorSpec([1, 8, 8, 4])], autograph=False)
    converted = tf.lite.TFLiteConverter.from_concrete_functions([model.get_concrete_function()], model).convert()
    assert gpu.refusals(converted) == (
        Refusal("ARG_MAX", "not supported", 1),
        Refusal("MIRROR_PAD", "padding that is not reflected", 1),
    )
