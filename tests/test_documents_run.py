"""README, CONTRIBUTING and the tutorial, carried out in clones command by command: what they promise happens."""

import re
import sys
import tarfile
from pathlib import Path

import pytest
from clones import ONE_RUN, ROOT, Clone
from documents import Reader, commands, sections
from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.ground import project
from litemill.records import store
from litemill.records.accuracy import Validated
from litemill.records.graph import Frozen

sys.path.insert(0, str(Path(__file__).parent / "graphs"))
from deeplabs import renamed

pytestmark = pytest.mark.long
README, CONTRIBUTING, TUTORIAL = (ROOT / name for name in ("README.md", "CONTRIBUTING.md", "docs/tutorial.md"))
RELEASED = ROOT / "data/embedded/models/deeplabv3_mnv2_dm05_pascal_trainval_2018_10_01.tar.gz"
GRAPH = "frozen_inference_graph.pb"
# what the clones build: the whole set takes minutes
NETWORK, RECIPES = "deeplab_mnv2_pascal", ("fp32", "fp16")
LEFT_OUT = {
    "make test": "it is the suite that this test is one of",
    "magenta_transfer ": "a network that the small set leaves out",
    f"{NETWORK} int8_refit ": "a recipe that the small set leaves out",
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the repository that readers clone: this one, with the settings of a small set."""
    clone = Clone(tmp_path_factory.mktemp("documents") / "published")
    params = clone.params
    network = params["networks"][NETWORK] | {"recipes": list(RECIPES)}
    fetch = [name for name in params["fetch"] if "magenta" not in name]
    small = {"networks": {NETWORK: network}, "fetch": fetch, "bottleneck_from": {}, "gallery": []}
    clone.set(params | small | {"benchmark": ONE_RUN | {"threads": [1, 2], "rounds": 10}})
    Reader(README, clone.root.parent / "publisher", clone.root, {}).run(
        f"cd {clone.root} && git add --all && git commit --quiet --message small"
    )
    return clone.root


def reader(document: Path, published: Path) -> Reader:
    return Reader(document, published.parent / document.stem, published, LEFT_OUT)


def cloned(document: Path, published: Path) -> Reader:
    """Return a reader who has begun as the tutorial does."""
    begun = reader(document, published)
    begun.run("git clone --quiet ADDRESS litemill && cd litemill")
    return begun


def test_the_readme(published: Path) -> None:
    one = cloned(README, published)
    told = one.read("Two commands")
    # the table is the last that is printed, one line an artifact
    table = told["make repro"].rpartition("\nnetwork ")[2].splitlines()[1:-2]
    assert [tuple(line.split()[:2]) for line in table] == [(NETWORK, recipe) for recipe in RECIPES]
    assert (one.cwd / "reports/index.html").is_file()
    assert only_text(one)


def test_contributing(published: Path) -> None:
    one = cloned(CONTRIBUTING, published)
    street(one.cwd)
    told = one.read("Add your own model")
    assert "data/catalog.yaml: street added; yours to say there: licence\n" in "".join(told.values())
    assert rows(told["make repro"], "street") == ["fp32", "int8"]
    assert "\n### street\n" in (one.cwd / project.REPORT).read_text()
    the_cut_was_found_and_its_names_are_its_own(one.cwd)
    the_bird_is_found(one.cwd)
    told = one.read("Add a recipe")
    assert rows(told["make repro"], "street") == ["fp32", "int8", "int8_more"]
    assert re.findall(r"Running stage '\S*:(convert@\w+)'", told["make repro"]) == ["convert@int8_more"]
    assert only_text(one)


def test_the_tutorial(published: Path) -> None:
    one = reader(TUTORIAL, published)
    # how long something takes on this machine is no matter of a test
    one.excused = {"make check": r"budget small_pays: small/tuned latency_ms.*: broken$"}
    one.read("1. Build what is there")
    assert one.run("command -v dvc").strip() == f"{one.cwd}/.venv/bin/dvc"
    told = one.read("2. A network of another size")
    assert rows(told["make repro"], "small") == ["fp32", "int8"]
    assert not re.findall(rf"Running stage '\S*{NETWORK}", told["make repro"])
    told = one.read("3. A recipe for it")
    assert rows(told["make repro"], "small") == ["tuned"]
    one.read("4. Ship it")
    assert (one.cwd / "dist/cpu/small.tflite").is_file()
    assert (one.cwd / "dist/golden/small").is_dir()
    assert one.run("git status --porcelain") == ""
    assert one.run("dvc status report").strip() == "Data and pipelines are up to date."
    assert "cpu/small.tflite" in one.run("git ls-files; cat dist/README.md")
    assert only_text(one)


def test_no_command_is_left_out_that_no_document_has() -> None:
    known = {
        command
        for document in (README, CONTRIBUTING, TUTORIAL)
        for blocks in sections(document).values()
        for block in blocks
        if block.language == "sh"
        for command in commands(block)
    }
    assert {one for one in LEFT_OUT if one.startswith("make")} <= known


def rows(printed: str, network: str) -> list[str]:
    """Return the recipes of a network that the table at the end of a build has lines of."""
    return re.findall(rf"^{network} +(\w+) ", printed.rpartition("\nnetwork ")[2], re.MULTILINE)


def only_text(one: Reader) -> bool:
    """Whether no block of the document is left that says what to do."""
    return {block.language for blocks in one.unread.values() for block in blocks} <= {""}


def street(folder: Path) -> None:
    """Write `street.tar.gz`: a released graph, whose every node has another name."""
    with tarfile.open(RELEASED) as archive:
        member = next(one for one in archive if one.name.endswith(GRAPH))
        stream = archive.extractfile(member)
        assert stream is not None
        graph, _ = renamed(GraphDef.FromString(stream.read()))
    (folder / GRAPH).write_bytes(graph.SerializeToString())
    with tarfile.open(folder / "street.tar.gz", "w:gz") as archive:
        archive.add(folder / GRAPH, f"street/{GRAPH}")


def the_cut_was_found_and_its_names_are_its_own(clone: Path) -> None:
    record = store.load(clone / project.record("freeze", "street"), Frozen)
    assert record.inputs[0].shape == (1, 257, 257, 3)
    assert all(re.fullmatch(r"n\d{5}", node) for node in record.entry.cut.values())


def the_bird_is_found(clone: Path) -> None:
    record = store.load(clone / project.record("validate", "street"), Validated)
    figures = {one.name: one for one in record.artifacts}
    assert set(figures) == {"fp32", "int8"}
    assert all(one.class_iou["bird"] > 0.6 for one in figures.values())
    assert record.original["bird"] > 0.6
