"""Predict and transfer as one graph."""

from pathlib import Path

import pytest
import stylizers
from deeplabs import Deeplab
from stylizers import Stylizer
from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.graphs.graph import SourceGraph
from litemill.graphs.join import halves, joined
from litemill.graphs.proof_images import made_up, proven
from litemill.ground.errors import GraphError


@pytest.fixture(scope="module", params=["tf1", "tf2"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[GraphDef, GraphDef]:
    stylizer = Stylizer(tmp_path_factory.mktemp("pair"))
    return stylizer.predict(request.param), stylizer.transfer(request.param)


def test_halves_are_joined_at_the_bottleneck(pair: tuple[GraphDef, GraphDef]) -> None:
    found, proof = proven(SourceGraph(joined(*pair)), made_up())
    assert (found.part, set(found.cut)) == (None, {"content", "style", "bottleneck", "stylized"})
    assert found.cut["style"].startswith("predict/")
    assert found.cut["bottleneck"].startswith("predict/")
    assert found.cut["content"].startswith("transfer/")
    assert proof.bottleneck_max_error is not None
    assert proof.bottleneck_max_error < 1e-5
    assert proof.stylized_max_error is not None
    assert proof.stylized_max_error < 1e-5


def test_halves_are_told_whatever_they_are_called(pair: tuple[GraphDef, GraphDef]) -> None:
    predict, transfer = pair
    assert halves({"a": transfer, "b": predict}) == {"predict": "b", "transfer": "a"}


def test_two_of_one_kind_are_no_halves(pair: tuple[GraphDef, GraphDef]) -> None:
    with pytest.raises(GraphError, match=r"not the two halves.*got a is predict, b is predict"):
        halves({"a": pair[0], "b": pair[0]})


def test_a_wrong_half_is_named(pair: tuple[GraphDef, GraphDef]) -> None:
    predict, transfer = pair
    with pytest.raises(GraphError, match="the transfer half is another network: expected transfer, got predict"):
        joined(predict, predict)
    with pytest.raises(GraphError, match="the predict half is another network: expected predict, got transfer"):
        joined(transfer, transfer)
    with pytest.raises(GraphError, match="the transfer half is another network: expected transfer, got a whole segm"):
        joined(predict, Deeplab().graph())


def test_halves_of_two_exports_are_refused(
    pair: tuple[GraphDef, GraphDef], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stylizers, "BOTTLENECK", 7)
    with pytest.raises(GraphError, match=r"the bottlenecks of the two halves differ: .* 7\).* got predict: .* 6\)"):
        joined(pair[0], Stylizer(tmp_path).transfer("tf1"))
