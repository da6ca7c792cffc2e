"""A mirror over HTTP, asked for upstream's own paths, gives what is embedded: the same files, the same artifacts."""

import shutil
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from clones import ONE_PICTURE, ONE_RUN, ROOT, Clone

from litemill.ground import project
from litemill.records import store
from litemill.records.source import Fetched
from litemill.settings import reader
from litemill.settings.catalog import Catalog

pytestmark = pytest.mark.long
# of each kind of file one: an archive with a frozen graph, one with a SavedModel, TFLite files
OFFICIAL = {"deeplab_dm05_pascal": "official_deeplabv3_257", "magenta_predict": "official_magenta_predict_int8"}
RECIPES = ("fp32", "int8")
TARGETS = ("baselines", "deeplab_dm05_pascal/convert@fp32", "deeplab_dm05_pascal/convert@int8",
           "magenta_predict/convert@fp32")  # fmt: skip


class Mirror(ThreadingHTTPServer):
    """Serves the embedded files under upstream's paths, and notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(SimpleHTTPRequestHandler):
    server: Mirror

    def __init__(self, *given: Any) -> None:
        super().__init__(*given, directory=str(ROOT / project.EMBEDDED))

    def do_GET(self) -> None:
        self.server.asked.append(self.path.removeprefix("/"))
        super().do_GET()

    def log_message(self, *_given: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def mirror() -> Iterator[Mirror]:
    with Mirror() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def built(root: Path, source: str) -> Clone:
    """Build a few networks in a clone of their own, whose sources come from `source`."""
    clone = Clone(root)
    whole = clone.params
    changes = {name: {"baselines": [official], "recipes": list(RECIPES)} for name, official in OFFICIAL.items()}
    networks = {name: whole["networks"][name] | change for name, change in changes.items()}
    recipes = {name: whole["recipes"][name] for name in RECIPES}
    recipes["int8"] = recipes["int8"] | {"calibration_samples": 1}
    fetch = [*dict.fromkeys(network["source"] for network in networks.values()), *OFFICIAL.values()]
    smaller = {"source": source, "fetch": fetch, "networks": networks, "recipes": recipes, "bottleneck_from": {}}
    clone.set(whole | smaller | {"images": ONE_PICTURE, "benchmark": ONE_RUN})
    if source != "embedded":
        shutil.rmtree(clone.root / project.EMBEDDED)
    done = clone.repro(*TARGETS)
    assert done.returncode == 0, done.stdout + done.stderr
    return clone


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    return built(tmp_path_factory.mktemp("embedded") / "clone", "embedded")


@pytest.fixture(scope="module")
def mirrored(mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    folder = tmp_path_factory.mktemp("mirrored")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LITEMILL_CACHE", str(folder / "cache"))
        patch.setenv("NO_PROXY", "127.0.0.1")
        yield built(folder / "clone", f"http://127.0.0.1:{mirror.server_port}")


def test_the_mirror_is_asked_once_for_each_of_upstreams_own_paths(mirrored: Clone, mirror: Mirror) -> None:
    catalog = reader.read(ROOT / project.CATALOG, Catalog)
    entries = [catalog[name] for name in mirrored.params["fetch"]]
    assert sorted(mirror.asked) == sorted(entry.mirror for entry in entries)
    # an archive's path at the mirror is the end of its address upstream
    assert [entry.mirror for entry in entries if "download.tensorflow.org" in entry.url] == [
        entry.url.removeprefix("http://download.tensorflow.org/")
        for entry in entries if "download.tensorflow.org" in entry.url
    ]  # fmt: skip


def test_the_mirrored_sources_are_the_embedded_ones(mirrored: Clone, embedded: Clone) -> None:
    for name in mirrored.params["fetch"]:
        there, here = (
            store.load(clone.root / project.record("fetch", name), Fetched) for clone in (mirrored, embedded)
        )
        assert (there.origin, here.origin) == ("mirror", "embedded")
        assert (there.sha256, there.files) == (here.sha256, here.files)


def test_the_artifacts_have_the_same_bytes(mirrored: Clone, embedded: Clone) -> None:
    there, here = ({name: data for name, data in clone.outputs().items() if name.endswith(".tflite")}
                   for clone in (mirrored, embedded))  # fmt: skip
    assert {name for name in here if name.startswith("models/")} == {
        f"models/{target.replace('convert@', '')}.tflite" for target in TARGETS[1:]
    }
    assert all(here.values())
    assert {name for name in here if there.get(name) != here[name]} == set()
    assert set(there) == set(here)
