import gzip
import random
from pathlib import Path

import pytest

from litemill.ground import io
from litemill.ground.errors import SourceError
from litemill.sources import flatbuffer, protobuf, unpacking
from litemill.sources.content import Kind
from sources import making
from sources.making import GRAPH_NAME, graph, node, saved_model, tar_gz

ROOT = Path(__file__).parents[2]
EMBEDDED = ROOT / "data" / "embedded"
TFLITE = next(EMBEDDED.glob("lite-models/**/int8/transfer/1.tflite"))
INDEX, SHARD = "m/variables/variables.index", "m/variables/variables.data-00000-of-00001"
VARIABLES = ((INDEX, b"index"), (SHARD, b"shard"))
TF2 = saved_model(making.field(1, node("v", "VarHandleOp")))


def unpack(data: bytes, kind: Kind, folder: Path) -> dict[str, str]:
    file = folder / "file"
    file.write_bytes(data)
    return unpacking.unpack(file, kind, folder / "into")


def test_only_the_frozen_graph_is_taken(tmp_path: Path) -> None:
    found = unpack(making.good(), "frozen_graph", tmp_path)
    assert found == {"frozen_inference_graph.pb": making.sha256(graph())}
    assert io.sha256(tmp_path / "into" / "frozen_inference_graph.pb") == making.sha256(graph())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "into"]


def test_a_lone_graph_of_another_name_is_taken_and_apples_shadows_are_not(tmp_path: Path) -> None:
    data = tar_gz(("m/frozen_513.pb", graph()), ("m/._frozen_513.pb", b"shadow"), ("m/saved_model.pb", TF2))
    assert list(unpack(data, "frozen_graph", tmp_path)) == ["frozen_inference_graph.pb"]


def test_a_saved_model_comes_with_its_variables_and_nothing_else(tmp_path: Path) -> None:
    data = tar_gz(("./m/saved_model.pb", TF2), *VARIABLES, ("m/assets/run.sh", b"x"), ("m/variables/x", b"x"))
    assert list(unpack(data, "saved_model", tmp_path)) == [
        "saved_model/saved_model.pb",
        "saved_model/variables/variables.data-00000-of-00001",
        "saved_model/variables/variables.index",
    ]


@pytest.mark.parametrize("given", [(), VARIABLES[:1], VARIABLES[1:]])
def test_a_saved_model_without_all_its_variables_is_refused(
    given: tuple[tuple[str, bytes], ...], tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match="variables are not all there"):
        unpack(tar_gz(("m/saved_model.pb", TF2), *given), "saved_model", tmp_path)


def test_a_saved_model_of_constants_needs_no_variables(tmp_path: Path) -> None:
    assert len(unpack(tar_gz(("saved_model.pb", saved_model(graph()))), "saved_model", tmp_path)) == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (saved_model(b""), "an empty SavedModel"),
        (b"", "an empty SavedModel"),
        (TF2[:-1], "cut short, or no SavedModel"),
    ],
)
def test_a_saved_model_without_a_whole_graph_is_refused(data: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=message):
        unpack(tar_gz(("saved_model.pb", data)), "saved_model", tmp_path)


def test_a_node_without_an_op_is_refused() -> None:
    with pytest.raises(SourceError, match="a node without a name or an op"):
        protobuf.require_graph(making.field(1, making.field(1, b"name")), "graph")


def test_every_embedded_source_unpacks(tmp_path: Path) -> None:
    kinds: dict[str, Kind] = {
        "models": "frozen_graph",
        "tfhub-modules": "saved_model",
        "lite-models": "tflite",
    }
    found = [path for path in EMBEDDED.rglob("*") if path.suffix in {".gz", ".tflite"}]
    for number, path in enumerate(found):
        kind = kinds[path.relative_to(EMBEDDED).parts[0]]
        assert unpacking.unpack(path, kind, tmp_path / str(number))
    assert len(found) >= 7


def test_unpacking_over_an_older_folder_leaves_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "into").mkdir()
    (tmp_path / "into" / "old").write_bytes(b"old")
    unpack(making.good(), "frozen_graph", tmp_path)
    assert [path.name for path in (tmp_path / "into").iterdir()] == ["frozen_inference_graph.pb"]


def malformed(data: bytes, count: int, within: int) -> list[bytes]:
    """Return `data` cut, and with bits flipped in its first `within` bytes, `count` times each."""
    chance = random.Random(513)  # noqa: S311  the same files each time
    cuts = [data[: chance.randrange(len(data))] for _ in range(count)]
    flips = []
    for _ in range(count):
        changed = bytearray(data)
        for _ in range(chance.choice((1, 4, 32))):
            changed[chance.randrange(within)] ^= 1 << chance.randrange(8)
        flips.append(bytes(changed))
    return cuts + flips


SMALL_TAR = making.tar(("a/frozen_inference_graph.pb", graph(3)), ("a/b", b"x"))
FRAGILE: dict[str, tuple[Kind, list[bytes]]] = {
    "gzip": ("frozen_graph", malformed(making.good(), 60, len(making.good()))),
    "tar": ("frozen_graph", [gzip.compress(item, mtime=0) for item in malformed(SMALL_TAR, 100, 700)]),
    "graph": ("frozen_graph", [tar_gz((GRAPH_NAME, item)) for item in malformed(graph(3), 100, 3000)]),
    "saved model": (
        "saved_model",
        [tar_gz(("saved_model.pb", item)) for item in malformed(TF2, 60, len(TF2))],
    ),
}


@pytest.mark.parametrize("what", FRAGILE)
def test_a_malformed_file_ends_in_the_error_family_and_touches_nothing(what: str, tmp_path: Path) -> None:
    kind, broken = FRAGILE[what]
    refused = 0
    for data in broken:
        (tmp_path / "into").mkdir(exist_ok=True)
        good = tmp_path / "into" / "good"
        good.write_bytes(b"good")
        try:
            unpack(data, kind, tmp_path)
        except SourceError:
            refused += 1
        else:
            good.write_bytes(b"good")  # it is a graph all the same, and took the old one's place
        assert good.read_bytes() == b"good"
    assert refused > len(broken) / 3  # a flip in a weight, or in a name, still is a graph
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "into"]


def test_a_malformed_tflite_file_is_verified_or_refused_and_never_read_outside() -> None:
    data = TFLITE.read_bytes()
    refused = 0
    for item in malformed(data, 40, len(data)) + malformed(data[:2000], 20, 2000):
        try:
            flatbuffer.require_model(item, "model")
        except SourceError:
            refused += 1
    assert refused > 60


@pytest.mark.parametrize(
    ("data", "got"),
    [
        (b"\x1c\0\0\0TFL2" + bytes(100), "not TFL3"),
        (b"\xff\xff\xff\x7fTFL3" + bytes(100), "an offset to byte 2147483647 of 108"),
        (b"\x08\0\0\0TFL3" + bytes(100), "a table at byte 8 that does not fit"),
        # a model without any field
        (b"\x0c\0\0\0TFL3\x04\0\x04\0\x04\0\0\0", "no operator"),
        # field 8: weights in other files
        (
            b"\x20\0\0\0TFL3\x16\0\x08\0" + bytes(16) + b"\x04\0\0\0\x18\0\0\0" + bytes(8),
            "weights in other files",
        ),
    ],
)
def test_a_tflite_file_whose_offsets_lead_nowhere_is_refused(data: bytes, got: str) -> None:
    with pytest.raises(SourceError) as caught:
        flatbuffer.require_model(data, "model")
    assert got in str(caught.value)


def test_a_tflite_file_cut_anywhere_is_refused() -> None:
    data = TFLITE.read_bytes()
    for at in (4, 8, 100, len(data) // 2, len(data) - 100):
        with pytest.raises(SourceError):
            flatbuffer.require_model(data[:at], "model")
