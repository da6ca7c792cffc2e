"""The original of a stylization, called as it was published: as one SavedModel, as two, as a frozen graph."""

from pathlib import Path

import numpy as np
import pytest
from stylizers import Stylizer

from litemill.graphs.find import find
from litemill.graphs.graph import SourceGraph
from litemill.graphs.load import frozen, model
from litemill.graphs.original import arguments, call, original
from litemill.graphs.run import runner
from litemill.ground.errors import GraphError
from litemill.settings.catalog import Entry, Half

CONTENT, STYLE = (np.random.default_rng(seed).random((1, 32, 48, 3), np.float32) for seed in (0, 1))
ONE = Entry("saved_model", "u", "m", "Apache-2.0", "stylization")
TWO = Entry("saved_model", "u", "m", "Apache-2.0", "stylization", transfer=Half("u2", "m2"))


def whole(folder: Path, kind: str) -> Entry:
    """Save a stylization as one."""
    Stylizer(folder).saved(kind, "whole", ("content", "style"))
    (folder / kind / "whole").rename(folder / "saved_model")
    return ONE


def halved(folder: Path, kind: str) -> Entry:
    """Save a stylization as its two halves, laid where fetch lays them."""
    for half, inputs in {"predict": ("style",), "transfer": ("content", "bottleneck")}.items():
        (folder / half).mkdir()
        Stylizer(folder).saved(kind, half, inputs)
        (folder / kind / half).rename(folder / half / "saved_model")
    return TWO


def unsaved(folder: Path, kind: str) -> Entry:
    """Write a stylization as a frozen graph."""
    (folder / "frozen_inference_graph.pb").write_bytes(Stylizer(folder).whole(kind).SerializeToString())
    return Entry("frozen_graph", "u", "m", "Apache-2.0", "stylization")


@pytest.mark.parametrize("kind", ["tf1", "tf2"])
@pytest.mark.parametrize("way", [whole, halved, unsaved])
def test_the_original_gives_what_its_frozen_graph_does(way: object, kind: str, tmp_path: Path) -> None:
    assert callable(way)
    entry: Entry = way(tmp_path, kind)
    graph = frozen(tmp_path, entry)
    cut = find(SourceGraph(graph)).cut
    feeds = {cut["content"]: CONTENT, cut["style"]: STYLE}
    entry = Entry(entry.kind, "u", "m", "Apache-2.0", "stylization", transfer=entry.transfer, cut=cut)
    found = original(tmp_path, entry)(feeds)
    assert found.shape == CONTENT.shape
    np.testing.assert_allclose(found, runner(graph)(feeds, [cut["stylized"]])[0], atol=1e-5)
    other = original(tmp_path, entry)({cut["content"]: CONTENT, cut["style"]: 1 - STYLE})
    assert np.abs(found - other).max() > 1e-3


def test_inputs_are_told_by_name_and_not_by_order(tmp_path: Path) -> None:
    whole(tmp_path, "tf2")
    loaded = model(tmp_path / "saved_model")
    content, style = sorted(arguments(loaded).values())
    one = call(loaded, {content: CONTENT, style: STYLE})
    other = call(loaded, {style: STYLE, content: CONTENT})
    np.testing.assert_array_equal(one, other)


def test_an_input_without_a_cut_is_named(tmp_path: Path) -> None:
    whole(tmp_path, "tf2")
    loaded = model(tmp_path / "saved_model")
    content, style = sorted(arguments(loaded).values())
    with pytest.raises(GraphError, match=f"an input of the SavedModel has no cut: expected {style}, got {content}"):
        call(loaded, {content: CONTENT})
